package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import io.netty.channel.ConnectTimeoutException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why one address could not be connected to, in the order in which they speak for the whole dial:
 * the last one wins.
 */
enum ConnectTrouble {
  /** No socket could be opened to try it with. */
  NO_SOCKET(
      Failure.Kind.NO_SOCKET,
      Failure.Side.GATEWAY,
      "was not dialled, because the gateway can open no further socket (LimitNOFILE, ulimit -n)"),
  /** The gateway's own source address cannot be used. */
  NO_SOURCE(
      Failure.Kind.CONNECT_UNREACHABLE,
      Failure.Side.GATEWAY,
      "cannot be reached from the configured source address"),
  UNREACHABLE(Failure.Kind.CONNECT_UNREACHABLE, Failure.Side.ORIGIN, "cannot be reached"),
  SILENT(Failure.Kind.CONNECT_TIMEOUT, Failure.Side.ORIGIN, "did not answer in time"),
  REFUSED(Failure.Kind.CONNECT_REFUSED, Failure.Side.ORIGIN, "refused the connection");

  /**
   * The native transports put the error number into the message, and nowhere else; its text depends
   * on the locale.
   */
  private static final Pattern ERRNO = Pattern.compile("error\\(-(\\d{1,4})\\)");

  private static final int MOST_NAMED = 4;

  private final Failure.Kind kind;
  private final Failure.Side side;
  private final String words;

  ConnectTrouble(Failure.Kind kind, Failure.Side side, String words) {
    this.kind = kind;
    this.side = side;
    this.words = words;
  }

  /** One address that failed. */
  record Failed(IpAddress address, ConnectTrouble trouble) {}

  static ConnectTrouble of(Throwable cause) {
    if (cause instanceof ConnectTimeoutException) {
      return SILENT;
    }
    Matcher errno = ERRNO.matcher(String.valueOf(cause.getMessage()));
    if (errno.find()) {
      return switch (errno.group(1)) {
        case "111" -> REFUSED; // ECONNREFUSED
        case "104" -> REFUSED; // ECONNRESET: some firewalls refuse so
        case "110" -> SILENT; // ETIMEDOUT
        case "99" -> NO_SOURCE; // EADDRNOTAVAIL: not ours, or no port left
        case "98" -> NO_SOURCE; // EADDRINUSE
        default -> UNREACHABLE;
      };
    }
    return byClass(cause);
  }

  /** The JDK's exceptions, which Netty wraps into others of related classes. */
  private static ConnectTrouble byClass(Throwable cause) {
    if (cause instanceof BindException || cause.getCause() instanceof BindException) {
      return NO_SOURCE;
    }
    return cause instanceof ConnectException ? REFUSED : UNREACHABLE;
  }

  /** The failure of a dial as a whole. */
  static Failure failure(List<Failed> all, int port) {
    ConnectTrouble worst =
        all.stream().map(Failed::trouble).max(ConnectTrouble::compareTo).orElse(UNREACHABLE);
    StringBuilder detail = new StringBuilder();
    for (Failed failed : all.subList(0, Math.min(all.size(), MOST_NAMED))) {
      detail.append(detail.isEmpty() ? "" : "; ");
      detail
          .append(new Authority(failed.address(), port))
          .append(' ')
          .append(failed.trouble().words);
    }
    if (all.size() > MOST_NAMED) {
      detail.append("; and ").append(all.size() - MOST_NAMED).append(" addresses more");
    }
    return new Failure(worst.side, worst.kind, Failure.Retry.SAFE, detail.append('.').toString());
  }
}
