package dev.sekisho.app;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.data.inspect.AuthorityStore;
import dev.sekisho.policy.Policy;
import java.io.IOException;
import java.io.PrintWriter;
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
    Optional<Policy> policy = compile(configuration, problems);
    examineAuthority(problems);
    problems.all().forEach(out::println);
    long errors = count(problems, Problem.Severity.ERROR);
    String warnings = new Count(count(problems, Problem.Severity.WARNING), "warning").text();
    out.println(
        errors == 0 && policy.isPresent()
            ? "Fine: "
                + new Count(policy.get().size(), "rule").text()
                + ", then "
                + policy.get().defaultAction()
                + ". "
                + warnings
                + "."
            : new Count(errors, "error").text() + ", " + warnings + ".");
    out.flush();
    return errors == 0 ? Exit.FINE : Exit.USER_ERROR;
  }

  /**
   * The authority of the state folder, where there is one; the owner's was read with its section.
   */
  private void examineAuthority(Problems problems) {
    AuthorityStore store = new AuthorityStore(place.state().toAbsolutePath().normalize());
    try {
      store.look();
    } catch (IOException e) {
      problems.error(Mark.file(store.file().toString()), String.valueOf(e.getMessage()));
    }
  }

  private Optional<Policy> compile(Optional<Configuration> configuration, Problems problems) {
    try (CompileFolder folder = CompileFolder.of(place.state())) {
      return configuration.flatMap(
          read -> PolicyInForce.compile(read.policy(), read.identity(), folder.path(), problems));
    }
  }

  private static long count(Problems problems, Problem.Severity severity) {
    return problems.all().stream().filter(problem -> problem.severity() == severity).count();
  }
}
