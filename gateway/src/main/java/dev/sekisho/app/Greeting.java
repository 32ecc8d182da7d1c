package dev.sekisho.app;

import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.listen.ListenConfig;
import dev.sekisho.policy.Policy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code sekisho run} says when it runs: where, by which policy, what is not enforced, and
 * what to type next.
 *
 * @param command how this Sekisho was called, so that its lines can be typed as they stand
 */
record Greeting(String command, Configuration configuration, Gateway gateway, Path state) {
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Sekisho " + Version.TEXT + " is running.");
    Optional<InetSocketAddress> proxy = gateway.bound().proxy();
    Optional<InetSocketAddress> proxyTls = gateway.bound().proxyTls();
    proxy.ifPresent(at -> lines.add("  proxy        http://" + text(at)));
    proxyTls.ifPresent(at -> lines.add("  proxy (TLS)  https://" + text(at)));
    gateway
        .admin()
        .ifPresent(at -> lines.add("  operators    http://" + text(at) + "/metrics  /readyz"));
    gateway.health().ifPresent(at -> lines.add("  health       http://" + text(at) + "/readyz"));
    Policy policy = gateway.policy();
    lines.add(
        "  policy       "
            + configuration.source()
            + ": "
            + new Count(policy.size(), "rule").text()
            + ", then "
            + policy.defaultAction()
            + "; addresses that are not for the internet only where a rule names them");
    lines.addAll(inside());
    configuration.scan().describe().forEach(line -> lines.add("  malware      " + line));
    lines.add("  journal      " + state.resolve("journal"));
    proxy
        .map(at -> "curl -x http://" + text(at))
        .or(() -> proxyTls.flatMap(this::overTls))
        .ifPresent(curl -> {
          // By name and not by address: so the file comes whatever the shell's variables say.
          lines.add("First: " + curl + " -fO http://sekisho/ca.pem");
          lines.add("Try:   " + curl + " --cacert ca.pem https://example.com/");
        });
    boolean usual = state.equals(Path.of("var").toAbsolutePath().normalize());
    lines.add("Then:  " + command + " log --since 1h" + (usual ? "" : " --state " + state));
    return lines;
  }

  private List<String> inside() {
    Authority authority = gateway.inspection().authorities().current();
    return List.of(
        "  inside TLS   opened with the authority "
            + authority.certificate().getSubjectX500Principal().getName(),
        "               which clients must trust; how: "
            + gateway
                .bound()
                .proxy()
                .map(at -> "http://" + text(at) + "/")
                .orElse("http://sekisho/ through the proxy"),
        "  origins      trusted by " + gateway.inspection().trust());
  }

  /** curl has to be told whom to trust: the certificate may be from no public authority. */
  private Optional<String> overTls(InetSocketAddress at) {
    return configuration
        .listen()
        .proxyTls()
        .map(ListenConfig.TlsListener::certificate)
        .map(certificate -> "curl --proxy-cacert " + certificate + " -x https://" + text(at));
  }

  private static String text(InetSocketAddress address) {
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "127.0.0.1"
            : address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
