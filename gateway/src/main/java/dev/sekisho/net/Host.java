package dev.sekisho.net;

/** Where something is on the network: a name that has to be resolved, or an address. */
public sealed interface Host permits DomainName, IpAddress {
  /**
   * Parses the host of a URL or a CONNECT target. An IPv6 literal stands in brackets. Whatever a C
   * library would take for an IPv4 address ({@code 127.1}, {@code 0x7f000001}, {@code
   * 017700000001}, {@code 2130706433}) becomes that address, by the rules of the WHATWG URL
   * standard, so that no spelling hides one from policy. An IPv4-mapped literal becomes the IPv4
   * address, for that is what a socket would dial.
   *
   * <p>Upper case is lowered, fullwidth and other compatibility forms are folded (NFKC), the
   * ideographic dots count as dots, labels outside ASCII become A-labels, one trailing dot is
   * dropped. Refused are: percent signs (browsers decode them before they send, so what still has
   * one means to be read in two ways), invisible characters, IPv6 zones, IPvFuture, and names whose
   * last label is a number without the whole being an IPv4 address.
   *
   * <p>The text is characters, not bytes: who reads a host from the wire refuses bytes above 0x7f
   * or decodes them as UTF-8 first.
   */
  static Host parse(String text) throws MalformedException {
    return NameSyntax.isCanonical(text) ? new DomainName(text) : HostParser.parse(text);
  }

  /**
   * Canonical text: a name in lower case A-labels without the trailing dot, an address in RFC 5952
   * form without brackets.
   */
  String text();
}
