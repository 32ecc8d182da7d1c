package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.policy.Policy;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
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
    description = "Start the gateway. SIGHUP reloads policy and lists; SIGTERM drains and stops.")
final class RunCommand implements Callable<Integer> {
  /** The gateway goes on, on threads of its own. */
  static final int RUNNING = -1;

  @Mixin private Place place = new Place();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Problems problems = new Problems();
    Optional<Configuration> configuration = Configuration.load(place.config(), problems);
    Path state = StateFolder.make(place.state());
    Optional<Policy> policy =
        configuration
            .filter(_ -> !problems.hasErrors())
            .flatMap(good -> PolicyInForce.compile(good.policy(), state, problems));
    problems.all().forEach(spec.commandLine().getErr()::println);
    if (configuration.isEmpty() || policy.isEmpty() || problems.hasErrors()) {
      throw new UserError(
          "Nothing was started: "
              + errors(problems)
              + ". Mend the lines above and try again; 'sekisho check' tells when it is right.");
    }
    Gateway gateway = start(configuration.get(), policy.get(), state);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway), "shutdown"));
    Signal.handle(
        new Signal("HUP"),
        _ -> Thread.ofVirtual().name("reload").start(() -> gateway.reload(place.config())));
    greet(out, configuration.get(), gateway, state);
    return RUNNING;
  }

  private static Gateway start(Configuration configuration, Policy policy, Path state) {
    try {
      return Gateway.start(configuration, policy, state);
    } catch (IOException e) {
      throw new UserError("Nothing was started: " + e.getMessage());
    }
  }

  private static void stop(Gateway gateway) {
    gateway.drain();
    gateway.close();
    LoggerFactory.getLogger(RunCommand.class).info("Stopped.");
  }

  private static String errors(Problems problems) {
    long count =
        problems.all().stream().filter(p -> p.severity() == Problem.Severity.ERROR).count();
    return count == 1
        ? "the configuration has an error"
        : "the configuration has " + count + " errors";
  }

  private static void greet(
      PrintWriter out, Configuration configuration, Gateway gateway, Path state) {
    out.println("Sekisho " + Version.TEXT + " is running.");
    gateway.bound().proxy().ifPresent(at -> out.println("  proxy        http://" + text(at)));
    gateway.bound().proxyTls().ifPresent(at -> out.println("  proxy (TLS)  https://" + text(at)));
    gateway
        .admin()
        .ifPresent(at -> out.println("  operators    http://" + text(at) + "/metrics  /readyz"));
    Policy policy = gateway.policy();
    out.println(
        "  policy       "
            + configuration.source()
            + ": "
            + policy.size()
            + (policy.size() == 1 ? " rule" : " rules")
            + ", then "
            + policy.defaultAction()
            + "; addresses that are not for the internet only where a rule names them");
    out.println(
        "  inside TLS   not opened in this version: of HTTPS the host is decided and recorded, not the URL");
    out.println("  malware      not scanned in this version");
    out.println("  journal      " + state.resolve("journal"));
    gateway
        .bound()
        .proxy()
        .ifPresent(at -> {
          out.println("Try:  curl -x http://" + text(at) + " http://example.com/");
          out.println(
              "Then: sekisho log --since 1h"
                  + (state.equals(Path.of("var").toAbsolutePath().normalize())
                      ? ""
                      : " --state " + state));
        });
    out.flush();
  }

  private static String text(InetSocketAddress address) {
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "127.0.0.1"
            : address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
