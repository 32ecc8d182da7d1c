package dev.sekisho.net;

/**
 * A host and a port.
 *
 * @param port 1 to 65535
 */
public record Authority(Host host, int port) {
  /**
   * @throws IllegalArgumentException when the port is out of bounds
   */
  public Authority {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is a number from 1 to 65535, not " + port);
    }
  }

  /**
   * {@code host:port}, the port required when {@code defaultPort} is 0; user information is
   * refused. An empty port ({@code host:}) means the default (RFC 3986 §6.2.3); leading zeros are
   * refused.
   */
  public static Authority parse(String text, int defaultPort) throws MalformedException {
    if (text.indexOf('@') >= 0) {
      throw new MalformedException("user information ('@') is not allowed here");
    }
    int colon = portColon(text);
    Host host = Host.parse(colon < 0 ? text : text.substring(0, colon));
    if (colon >= 0 && colon + 1 < text.length()) {
      return new Authority(host, parsePort(text, colon + 1));
    }
    if (defaultPort == 0) {
      throw new MalformedException("the port is missing");
    }
    return new Authority(host, defaultPort);
  }

  /** Where the port's colon is, or -1: the first one after the address literal, if there is one. */
  private static int portColon(String text) throws MalformedException {
    if (!text.startsWith("[")) {
      return text.indexOf(':');
    }
    int after = text.indexOf(']') + 1;
    if (after > 0 && after < text.length() && text.charAt(after) != ':') {
      throw new MalformedException("only a port may follow the address literal");
    }
    return after > 0 && after < text.length() ? after : -1;
  }

  private static int parsePort(String text, int from) throws MalformedException {
    int port = 0;
    for (int i = from; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || i - from == 5 || i == from && digit == 0) {
        throw new MalformedException("the port is a number from 1 to 65535 without leading zeros");
      }
      port = port * 10 + digit;
    }
    if (port > 65535) {
      throw new MalformedException("the port is a number from 1 to 65535 without leading zeros");
    }
    return port;
  }

  /** {@code host:port} with brackets around IPv6. */
  @Override
  public String toString() {
    return hostText() + ":" + port;
  }

  /** The host as it stands in a URL: with brackets around IPv6. */
  public String hostText() {
    return host instanceof IpAddress address && address.v6()
        ? "[" + host.text() + "]"
        : host.text();
  }
}
