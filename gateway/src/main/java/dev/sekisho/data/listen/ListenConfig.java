package dev.sekisho.data.listen;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Section;
import dev.sekisho.data.origin.KeyedCertificate;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Cidr;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where Sekisho listens ({@code listen:}).
 *
 * @param proxy the explicit proxy; empty when switched off with {@code null}
 * @param proxyTls the explicit proxy over TLS
 * @param proxyProtocolFrom load balancers that begin every connection with a PROXY protocol header;
 *     nobody else may send one
 * @param admin console, metrics and admin API
 * @param health {@code /readyz} alone, for load balancers
 */
public record ListenConfig(
    Optional<InetSocketAddress> proxy,
    Optional<TlsListener> proxyTls,
    List<Cidr> proxyProtocolFrom,
    Optional<InetSocketAddress> admin,
    Optional<InetSocketAddress> health) {

  /**
   * The explicit proxy over TLS.
   *
   * @param certificate PEM, the leaf first
   * @param key PEM, PKCS#8
   */
  public record TlsListener(InetSocketAddress address, Path certificate, Path key) {}

  public static final InetSocketAddress DEFAULT_PROXY = new InetSocketAddress("127.0.0.1", 3128);
  public static final InetSocketAddress DEFAULT_ADMIN = new InetSocketAddress("127.0.0.1", 8128);

  /**
   * @param folder relative paths start here
   */
  public static ListenConfig read(Section section, Path folder) {
    var config =
        new ListenConfig(
            address(section, "proxy", Optional.of(DEFAULT_PROXY)),
            tls(section, folder),
            section.values("proxy-protocol-from", (text, mark) -> range(section, text, mark)),
            address(section, "admin", Optional.of(DEFAULT_ADMIN)),
            address(section, "health", Optional.empty()));
    if (section.node("transparent").isPresent()) {
      section
          .problems()
          .error(
              section.markOf("transparent"),
              "listen.transparent: interception is not in this version; set it to null.");
    }
    if (config.proxy().isEmpty() && config.proxyTls().isEmpty()) {
      section
          .problems()
          .error(
              section.mark(),
              "listen: neither proxy nor proxy-tls is set, so nobody could connect.");
    }
    config.differ(section);
    section.end();
    return config;
  }

  /** Two doors cannot be at one place, and the second to be opened would blame somebody else. */
  private void differ(Section section) {
    Map<InetSocketAddress, String> taken = new HashMap<>();
    Map<String, Optional<InetSocketAddress>> doors = new LinkedHashMap<>();
    doors.put("proxy", proxy);
    doors.put("proxy-tls", proxyTls.map(TlsListener::address));
    doors.put("admin", admin);
    doors.put("health", health);
    doors.forEach((key, door) ->
        door.filter(at -> at.getPort() != 0)
            .map(at -> taken.putIfAbsent(at, key))
            .ifPresent(other ->
                section
                    .problems()
                    .error(
                        section.markOf(key),
                        "listen."
                            + key
                            + ": expected an address of its own, found that of listen."
                            + other
                            + ".")));
  }

  private static Optional<TlsListener> tls(Section parent, Path folder) {
    return parent
        .section("proxy-tls")
        .flatMap(section -> {
          Optional<InetSocketAddress> address = address(section, "address", Optional.empty());
          Optional<Path> certificate = section.text("certificate").map(folder::resolve);
          Optional<Path> key = section.text("key").map(folder::resolve);
          if (address.isEmpty() || certificate.isEmpty() || key.isEmpty()) {
            section.end();
            section
                .problems()
                .error(section.mark(), "listen.proxy-tls needs address, certificate and key.");
            return Optional.empty();
          }
          var shown = KeyedCertificate.read(section, folder, Optional.empty());
          section.end();
          return shown.map(_ -> new TlsListener(address.get(), certificate.get(), key.get()));
        });
  }

  /** Absent means the default, {@code null} means off. */
  private static Optional<InetSocketAddress> address(
      Section section, String key, Optional<InetSocketAddress> otherwise) {
    Optional<Node> node = section.node(key);
    if (node.isEmpty()) {
      return section.has(key) ? Optional.empty() : otherwise;
    }
    return section.value(key, (text, mark) -> bindable(section, key, text, mark));
  }

  /** Port 0 lets the kernel choose a free one, which {@code run} then says. */
  private static Optional<InetSocketAddress> bindable(
      Section section, String key, String text, Mark mark) {
    boolean anyPort = text.endsWith(":0");
    try {
      Authority authority =
          Authority.parse(anyPort ? text.substring(0, text.length() - 1) + "1" : text, 0);
      if (authority.host() instanceof IpAddress address) {
        return Optional.of(
            new InetSocketAddress(
                InetAddress.getByAddress(address.bytes()), anyPort ? 0 : authority.port()));
      }
    } catch (MalformedException | UnknownHostException _) {
      // reported below
    }
    return section.wrong(
        mark, key, text, "an address and a port such as 127.0.0.1:3128 or [::]:3128");
  }

  private static Optional<Cidr> range(Section section, String text, Mark mark) {
    try {
      return Optional.of(Cidr.parse(text));
    } catch (MalformedException e) {
      return section.wrong(
          mark,
          "proxy-protocol-from",
          text,
          "an address or a range such as 10.0.1.0/24 (" + e.reason() + ")");
    }
  }

  /**
   * What to tell the operator when a door does not open.
   *
   * @param name the door's key in the section
   */
  public static IOException cannotListen(String name, InetSocketAddress address, Throwable cause) {
    String reason = cause.getMessage();
    return new IOException(
        "listen."
            + name
            + ": cannot listen on "
            + address.getAddress().getHostAddress()
            + " port "
            + address.getPort()
            + " ("
            + (reason == null ? cause.getClass().getSimpleName() : reason)
            + ")."
            + advice(String.valueOf(reason)),
        cause);
  }

  private static String advice(String reason) {
    if (reason.contains("in use")) {
      return " Is another program, or another Sekisho, using it?";
    }
    if (reason.contains("assign requested address")) {
      return " This machine does not have that address (now).";
    }
    if (reason.contains("ermission denied")) {
      return " Ports below 1024 need the right to bind them (CAP_NET_BIND_SERVICE).";
    }
    return "";
  }
}
