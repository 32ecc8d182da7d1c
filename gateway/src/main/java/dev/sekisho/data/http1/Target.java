package dev.sekisho.data.http1;

import dev.sekisho.net.Authority;

/** What a request is for, in the four forms of RFC 9112 §3.2. */
public sealed interface Target {
  /** A whole URL: a request to be forwarded. */
  record AbsoluteForm(Scheme scheme, Authority authority) implements Target {
    /** The authority as a Host field says it: without the port where it is the scheme's own. */
    public String hostField() {
      return authority.port() == scheme.defaultPort() ? authority.hostText() : authority.toString();
    }
  }

  /** CONNECT: a tunnel to this. */
  record AuthorityForm(Authority authority) implements Target {}

  /**
   * A path: to the proxy port a request for the gateway itself; inside TLS a request for the origin
   * its Host field names.
   */
  record OriginForm() implements Target {}

  /** {@code OPTIONS *}. */
  record AsteriskForm() implements Target {}

  enum Scheme {
    HTTP(80),
    HTTPS(443);

    private final int defaultPort;

    Scheme(int defaultPort) {
      this.defaultPort = defaultPort;
    }

    public int defaultPort() {
      return defaultPort;
    }

    /** As in a URL, in lower case. */
    public String word() {
      return switch (this) {
        case HTTP -> "http";
        case HTTPS -> "https";
      };
    }
  }
}
