package dev.sekisho.net;

/**
 * A host and a port.
 *
 * @param port 1 to 65535
 */
public record Authority(Host host, int port) {
  /** {@code host:port}, the port required when {@code defaultPort} is 0; user information is refused. */
  public static Authority parse(String text, int defaultPort) throws MalformedException {
    throw new UnsupportedOperationException("contract");
  }

  /** {@code host:port} with brackets around IPv6. */
  @Override
  public String toString() {
    return (host instanceof IpAddress address && address.v6() ? "[" + host.text() + "]" : host.text()) + ":" + port;
  }
}
