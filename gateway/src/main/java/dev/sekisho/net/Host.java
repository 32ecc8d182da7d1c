package dev.sekisho.net;

/** Where something is on the network: a name that has to be resolved, or an address. */
public sealed interface Host permits DomainName, IpAddress {
  /**
   * Parses the host of a URL or a CONNECT target. An IPv6 literal stands in brackets. Whatever a C library would take for an
   * IPv4 address ({@code 127.1}, {@code 0x7f000001}, {@code 017700000001}, {@code 2130706433}) becomes that address, by the
   * rules of the WHATWG URL standard, so that no spelling hides one from policy.
   */
  static Host parse(String text) throws MalformedException {
    throw new UnsupportedOperationException("contract");
  }

  /** Canonical text: a name in lower case A-labels without the trailing dot, an address in RFC 5952 form without brackets. */
  String text();
}
