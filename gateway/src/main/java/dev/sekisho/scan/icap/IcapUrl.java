package dev.sekisho.scan.icap;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a service of an ICAP server is (RFC 3507 section 4.2).
 *
 * @param host a name or an address, the latter of version 6 without its brackets
 * @param path with what follows the question mark, where there is one
 */
public record IcapUrl(Scheme scheme, String host, int port, String path) {
  private static final Pattern TEXT =
      Pattern.compile(
          "(icaps?)://(?:\\[([0-9a-fA-F.]*:[0-9a-fA-F:.]*)]|([A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*))"
              + "(?::([0-9]{1,5}))?(/[!-~&&[^#]]*)");

  /** With TLS or without. */
  public enum Scheme {
    ICAP(1344),
    ICAPS(11344);

    private final int port;

    Scheme(int port) {
      this.port = port;
    }
  }

  /** {@code icap://host:port/service}; empty when it is not of this form. */
  public static Optional<IcapUrl> parse(String text) {
    Matcher found = TEXT.matcher(text);
    if (!found.matches()) {
      return Optional.empty();
    }
    Scheme scheme = found.group(1).equals("icaps") ? Scheme.ICAPS : Scheme.ICAP;
    int port = found.group(4) == null ? scheme.port : Integer.parseInt(found.group(4));
    String host = found.group(2) == null ? found.group(3) : found.group(2);
    return port == 0 || port > 65535 || !Addresses.canBe(host)
        ? Optional.empty()
        : Optional.of(new IcapUrl(scheme, host, port, found.group(5)));
  }

  /** The value of the field Host. */
  String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** As it is asked for: TLS is a matter of the connection, and servers know one scheme. */
  String asked() {
    return "icap://" + authority() + path;
  }

  @Override
  public String toString() {
    return (scheme == Scheme.ICAPS ? "icaps" : "icap") + "://" + authority() + path;
  }
}
