package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.policy.Policy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sekisho check}: parses and compiles everything, and starts nothing. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description =
        "Read and compile the configuration; every error and warning with file:line:column. Status 1 when there is an error.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Problems problems = new Problems();
    Optional<Configuration> configuration = Configuration.load(place.config(), problems);
    Path state = StateFolder.make(place.state());
    Optional<Policy> policy =
        configuration.flatMap(read -> PolicyInForce.compile(read.policy(), state, problems));
    problems.all().forEach(out::println);
    long errors = count(problems, Problem.Severity.ERROR);
    long warnings = count(problems, Problem.Severity.WARNING);
    out.println(
        errors == 0 && policy.isPresent()
            ? "Fine: "
                + policy.get().size()
                + " rules, then "
                + policy.get().defaultAction()
                + ". "
                + warnings
                + " warnings."
            : errors + " errors, " + warnings + " warnings.");
    out.flush();
    return errors == 0 ? Exit.FINE : Exit.USER_ERROR;
  }

  private static long count(Problems problems, Problem.Severity severity) {
    return problems.all().stream().filter(problem -> problem.severity() == severity).count();
  }
}
