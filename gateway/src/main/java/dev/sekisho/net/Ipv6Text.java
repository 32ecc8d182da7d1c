package dev.sekisho.net;

/** IPv6 text: read by RFC 4291 §2.2, written by RFC 5952. */
final class Ipv6Text {
  private static final int GROUPS = 8;

  private final String text;
  private int at;
  // The groups read so far as one number, the last one lowest; those before a "::" are moved up
  // when the text has ended.
  private long high;
  private long low;
  private int groups;

  private Ipv6Text(String text) {
    this.text = text;
  }

  static IpAddress parse(String text) throws MalformedException {
    if (text.indexOf('%') >= 0) {
      throw new MalformedException("an IPv6 address must not have a zone");
    }
    return new Ipv6Text(text).parse();
  }

  private IpAddress parse() throws MalformedException {
    if (!text.startsWith("::")) {
      readGroups();
    }
    if (at == text.length()) {
      if (groups != GROUPS) {
        throw new MalformedException("an IPv6 address without '::' has eight groups");
      }
      return new IpAddress(true, high, low);
    }
    at += 2;
    int before = groups;
    long headHigh = high;
    long headLow = low;
    high = 0;
    low = 0;
    groups = 0;
    if (at < text.length()) {
      readGroups();
    }
    if (at < text.length()) {
      throw new MalformedException("an IPv6 address has '::' once at most");
    }
    if (before + groups >= GROUPS) {
      throw new MalformedException("the IPv6 address has too many groups");
    }
    for (int i = before; i < GROUPS; i++) {
      headHigh = headHigh << 16 | headLow >>> 48;
      headLow <<= 16;
    }
    return new IpAddress(true, headHigh | high, headLow | low);
  }

  /** Reads groups up to the end or up to a "::", at which it stops. */
  private void readGroups() throws MalformedException {
    while (true) {
      if (groups == GROUPS) {
        throw new MalformedException("the IPv6 address has too many groups");
      }
      int end = at;
      int value = 0;
      while (end < text.length() && end - at < 5 && hex(text.charAt(end)) >= 0) {
        value = value << 4 | hex(text.charAt(end));
        end++;
      }
      if (end < text.length() && text.charAt(end) == '.') {
        readDottedQuad();
        return;
      }
      if (end == at || end - at > 4) {
        throw new MalformedException(
            "a group of an IPv6 address has one to four hexadecimal digits");
      }
      push(value);
      at = end;
      if (at == text.length() || text.startsWith("::", at)) {
        return;
      }
      if (text.charAt(at) != ':') {
        throw new MalformedException(
            "an IPv6 address cannot have " + NameSyntax.describe(text.charAt(at)));
      }
      at++;
    }
  }

  private void readDottedQuad() throws MalformedException {
    if (groups > GROUPS - 2) {
      throw new MalformedException("the IPv6 address has too many groups");
    }
    int quad = Ipv4Text.parse(text.substring(at));
    push(quad >>> 16);
    push(quad & 0xffff);
    at = text.length();
  }

  private void push(int group) {
    high = high << 16 | low >>> 48;
    low = low << 16 | group;
    groups++;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /**
   * Lower case, no leading zeros, the first longest run of two zero groups or more as "::",
   * IPv4-mapped with a dotted quad.
   */
  static String format(long high, long low) {
    if (high == 0 && low >>> 32 == 0xffff) {
      return "::ffff:" + Ipv4Text.format((int) low);
    }
    int runStart = -1;
    int runLength = 1;
    int zeros = 0;
    for (int i = 0; i < GROUPS; i++) {
      zeros = group(high, low, i) == 0 ? zeros + 1 : 0;
      if (zeros > runLength) {
        runLength = zeros;
        runStart = i + 1 - zeros;
      }
    }
    StringBuilder out = new StringBuilder(39);
    int i = 0;
    while (i < GROUPS) {
      if (i == runStart) {
        out.append("::");
        i += runLength;
      } else {
        out.append(i == 0 || i == runStart + runLength && runStart >= 0 ? "" : ":");
        out.append(Integer.toHexString(group(high, low, i)));
        i++;
      }
    }
    return out.toString();
  }

  private static int group(long high, long low, int index) {
    return (int) ((index < 4 ? high : low) >>> (48 - 16 * (index & 3))) & 0xffff;
  }
}
