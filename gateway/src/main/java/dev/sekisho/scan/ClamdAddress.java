package dev.sekisho.scan;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a clamd listens.
 *
 * @param socket a unix socket or an IP address with a port; never a name, which would have to be
 *     resolved
 */
public record ClamdAddress(SocketAddress socket) {
  /** The kernel's {@code sun_path} holds 108 bytes, the last of them zero. */
  private static final int LONGEST_UNIX_PATH = 107;

  private static final Pattern TCP =
      Pattern.compile("tcp:(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+)):([0-9]{1,5})");

  /**
   * Where the packages of Debian, Ubuntu, Fedora, Red Hat and Amazon Linux put it. A path in /tmp
   * is not among them: anybody on the machine could answer there.
   */
  static final List<Path> USUAL =
      List.of(
          Path.of("/run/clamav/clamd.ctl"),
          Path.of("/var/run/clamav/clamd.ctl"),
          Path.of("/run/clamd.scan/clamd.sock"),
          Path.of("/var/run/clamd.scan/clamd.sock"));

  /** {@code unix:/path} or {@code tcp:address:port}; empty when it is neither. */
  static Optional<ClamdAddress> parse(String text) {
    if (text.startsWith("unix:/")) {
      return unix(text.substring("unix:".length()));
    }
    Matcher tcp = TCP.matcher(text);
    if (!tcp.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(tcp.group(3));
    String host = tcp.group(1) != null ? tcp.group(1) : tcp.group(2);
    if (port == 0 || port > 65535) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(host);
      return Optional.of(new ClamdAddress(new InetSocketAddress(address, port)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<ClamdAddress> unix(String path) {
    if (path.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_UNIX_PATH) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ClamdAddress(UnixDomainSocketAddress.of(path)));
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  /** The first of these sockets that is there. */
  static Optional<ClamdAddress> found(List<Path> usual) {
    return usual.stream()
        .filter(Files::exists)
        .findFirst()
        .map(path -> new ClamdAddress(UnixDomainSocketAddress.of(path)));
  }

  @Override
  public String toString() {
    return switch (socket) {
      case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
      case InetSocketAddress tcp -> "tcp:" + host(tcp) + ":" + tcp.getPort();
      default -> socket.toString();
    };
  }

  private static String host(InetSocketAddress tcp) {
    String text = tcp.getAddress().getHostAddress();
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
