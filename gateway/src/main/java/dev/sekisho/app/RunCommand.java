package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.policy.Policy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code sekisho run}: starts the gateway and stays until it is told to stop. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Start the gateway. SIGHUP reloads policy, lists, users and authority; SIGTERM drains and stops.")
final class RunCommand implements Callable<Integer> {
  /** The gateway goes on, on threads of its own. */
  static final int RUNNING = -1;

  @Mixin private Place place = new Place();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Signals signals = new Signals();
    Runtime.getRuntime().addShutdownHook(new Thread(signals::end, "shutdown"));
    Signal.handle(new Signal("HUP"), _ -> Thread.ofVirtual().name("reload").start(signals::reload));
    PrintWriter out = spec.commandLine().getOut();
    Problems problems = new Problems();
    Optional<Configuration> configuration = Configuration.load(place.config(), problems);
    Path state = StateFolder.make(place.state());
    Optional<Policy> policy =
        configuration
            .filter(_ -> !problems.hasErrors())
            .flatMap(
                good -> PolicyInForce.compile(good.policy(), good.identity(), state, problems));
    problems.all().forEach(spec.commandLine().getErr()::println);
    if (configuration.isEmpty() || policy.isEmpty() || problems.hasErrors()) {
      throw new UserError(
          "Nothing was started: "
              + errors(problems)
              + ". Mend the lines above and try again; '"
              + command()
              + " check' tells when it is right.");
    }
    Gateway gateway = start(configuration.get(), policy.get(), state);
    signals.running(new Running(gateway, place.config()));
    new Greeting(command(), configuration.get(), gateway, state).lines().forEach(out::println);
    out.flush();
    return RUNNING;
  }

  /** What was started, as signals know it. */
  private record Running(Gateway gateway, Optional<Path> config) implements Signals.Told {
    @Override
    public void reload() {
      gateway.reload(config);
    }

    @Override
    public void stop() {
      gateway.drain();
      gateway.close();
      LoggerFactory.getLogger(RunCommand.class).info("Stopped.");
    }
  }

  /** How this program is called here; the launcher of a checkout says it. */
  private static String command() {
    String said = System.getenv("SEKISHO_COMMAND");
    return said == null || said.isBlank() ? "sekisho" : said;
  }

  private static Gateway start(Configuration configuration, Policy policy, Path state) {
    try {
      return Gateway.start(configuration, policy, state);
    } catch (IOException e) {
      throw new UserError("Nothing was started: " + e.getMessage());
    }
  }

  private static String errors(Problems problems) {
    long count =
        problems.all().stream().filter(p -> p.severity() == Problem.Severity.ERROR).count();
    return "the configuration has " + new Count(count, "error").text();
  }
}
