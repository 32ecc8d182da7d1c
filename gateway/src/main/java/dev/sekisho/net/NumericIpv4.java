package dev.sekisho.net;

/**
 * IPv4 addresses as {@code inet_aton} reads them, by the "IPv4 parser" of the WHATWG URL standard
 * (§3.5): one to four parts, each decimal, octal with a leading 0 or hexadecimal with 0x; the last
 * part fills the bytes that are left.
 */
final class NumericIpv4 {
  private static final long TOO_BIG = 1L << 32;

  private NumericIpv4() {}

  /**
   * @param text lower case, without a trailing dot, its last part a number
   */
  static IpAddress parse(String text) throws MalformedException {
    long address = 0;
    int part = 0;
    int from = 0;
    for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', from)) {
      long value = number(text, from, dot);
      if (value > 255 || part == 3) {
        throw notAnAddress();
      }
      address |= value << (24 - 8 * part);
      part++;
      from = dot + 1;
    }
    long last = number(text, from, text.length());
    if (last >= 1L << (32 - 8 * part)) {
      throw notAnAddress();
    }
    return IpAddress.v4((int) (address | last));
  }

  private static long number(String text, int from, int to) throws MalformedException {
    if (from == to) {
      throw notAnAddress();
    }
    int radix = 10;
    int start = from;
    if (text.startsWith("0x", from) && to - from >= 2) {
      radix = 16;
      start = from + 2;
    } else if (text.charAt(from) == '0' && to - from >= 2) {
      radix = 8;
      start = from + 1;
    }
    long value = 0;
    for (int i = start; i < to; i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0) {
        throw notAnAddress();
      }
      value = Math.min(TOO_BIG, value * radix + digit);
    }
    return value;
  }

  private static MalformedException notAnAddress() {
    return new MalformedException("the host ends in a number but is not an IPv4 address");
  }
}
