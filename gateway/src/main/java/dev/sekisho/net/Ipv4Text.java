package dev.sekisho.net;

/**
 * The dotted quad, strictly: four decimal numbers without leading zeros (RFC 3986 §3.2.2, {@code
 * IPv4address}).
 */
final class Ipv4Text {
  private Ipv4Text() {}

  static int parse(String text) throws MalformedException {
    int address = 0;
    int parts = 0;
    int at = 0;
    while (parts < 4) {
      int start = at;
      int value = 0;
      while (at < text.length()
          && at - start < 4
          && text.charAt(at) >= '0'
          && text.charAt(at) <= '9') {
        value = value * 10 + text.charAt(at) - '0';
        at++;
      }
      if (at == start || value > 255 || at - start > 1 && text.charAt(start) == '0') {
        throw notAQuad();
      }
      address = address << 8 | value;
      parts++;
      if (parts < 4 && (at == text.length() || text.charAt(at++) != '.')) {
        throw notAQuad();
      }
    }
    if (at != text.length()) {
      throw notAQuad();
    }
    return address;
  }

  private static MalformedException notAQuad() {
    return new MalformedException(
        "an IPv4 address is four numbers from 0 to 255 without leading zeros, with dots between");
  }

  static String format(int address) {
    return new StringBuilder(15)
        .append(address >>> 24)
        .append('.')
        .append(address >>> 16 & 255)
        .append('.')
        .append(address >>> 8 & 255)
        .append('.')
        .append(address & 255)
        .toString();
  }
}
