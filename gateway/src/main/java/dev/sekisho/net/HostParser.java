package dev.sekisho.net;

/**
 * The hosts that are not canonical names already: literals, numbers, upper case, international
 * names.
 */
final class HostParser {
  /** Longer texts cannot become a name; bounds the work of normalisation. */
  private static final int MAX_TEXT = 1024;

  private HostParser() {}

  static Host parse(String text) throws MalformedException {
    if (text.isEmpty()) {
      throw new MalformedException("the host is empty");
    }
    if (text.length() > MAX_TEXT) {
      throw new MalformedException("the host is longer than " + MAX_TEXT + " characters");
    }
    if (text.charAt(0) == '[') {
      return literal(text);
    }
    if (text.indexOf('%') >= 0) {
      throw new MalformedException("a host must not be percent-encoded");
    }
    String ascii = InternationalName.toAscii(text);
    if (ascii.indexOf(':') >= 0) {
      throw new MalformedException("a host cannot have ':' (an IPv6 address stands in brackets)");
    }
    if (ascii.endsWith(".")) {
      ascii = ascii.substring(0, ascii.length() - 1);
    }
    if (NameSyntax.isNumber(ascii, ascii.lastIndexOf('.') + 1)) {
      return NumericIpv4.parse(ascii);
    }
    NameSyntax.require(ascii);
    return new DomainName(ascii);
  }

  private static IpAddress literal(String text) throws MalformedException {
    if (!text.endsWith("]")) {
      throw new MalformedException(
          "the bracket of an address literal is not closed at the end of the host");
    }
    String inside = text.substring(1, text.length() - 1);
    if (inside.startsWith("v") || inside.startsWith("V")) {
      throw new MalformedException("there is no address of a future version (IPvFuture)");
    }
    return Ipv6Text.parse(inside).unmapped();
  }
}
