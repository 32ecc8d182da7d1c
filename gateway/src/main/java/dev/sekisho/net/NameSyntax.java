package dev.sekisho.net;

/**
 * The characters and lengths of a canonical domain name (RFC 1035 §2.3.4, with the underscore that
 * practice added).
 */
final class NameSyntax {
  static final int MAX_NAME = 253;
  static final int MAX_LABEL = 63;

  /**
   * One bit for each of the characters 0 to 63 and 64 to 127 that may stand in a canonical label.
   */
  private static final long LOW = bits("-0123456789", 0);

  private static final long HIGH = bits("_abcdefghijklmnopqrstuvwxyz", 64);

  private NameSyntax() {}

  private static long bits(String characters, int base) {
    long bits = 0;
    for (int i = 0; i < characters.length(); i++) {
      bits |= 1L << (characters.charAt(i) - base);
    }
    return bits;
  }

  static boolean isLabelCharacter(int c) {
    return c < 128 && ((c < 64 ? LOW : HIGH) >>> (c & 63) & 1) != 0;
  }

  /**
   * Whether the text is a canonical name as it stands. On the path of every request: one pass, no
   * garbage.
   */
  static boolean isCanonical(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_NAME) {
      return false;
    }
    int label = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == '.') {
        if (i == label || i - label > MAX_LABEL) {
          return false;
        }
        label = i + 1;
      } else if (!isLabelCharacter(c)) {
        return false;
      }
    }
    return length > label && length - label <= MAX_LABEL && !isNumber(text, label);
  }

  /**
   * Whether the label that begins at {@code from} and ends with the text reads as an IPv4 number
   * (WHATWG URL §3.5).
   */
  static boolean isNumber(String text, int from) {
    int length = text.length();
    if (from == length || !isDigit(text.charAt(from))) {
      return false;
    }
    boolean hexadecimal =
        text.charAt(from) == '0' && from + 1 < length && text.charAt(from + 1) == 'x';
    for (int i = hexadecimal ? from + 2 : from; i < length; i++) {
      char c = text.charAt(i);
      if (!isDigit(c) && !(hexadecimal && c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Says why a text in lower case ASCII is not canonical; returns when it is. */
  static void require(String text) throws MalformedException {
    if (text.length() > MAX_NAME) {
      throw new MalformedException("the name is longer than " + MAX_NAME + " characters");
    }
    int label = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '.') {
        requireLabel(i - label);
        label = i + 1;
      } else if (!isLabelCharacter(text.charAt(i))) {
        throw new MalformedException("a name cannot have " + describe(text.charAt(i)));
      }
    }
  }

  private static void requireLabel(int length) throws MalformedException {
    if (length == 0) {
      throw new MalformedException("the name has an empty label");
    }
    if (length > MAX_LABEL) {
      throw new MalformedException("the name has a label longer than " + MAX_LABEL + " characters");
    }
  }

  /**
   * A character for a message: visible ASCII as it is, everything else by its number, so that a log
   * stays one line.
   */
  static String describe(int codePoint) {
    if (codePoint > ' ' && codePoint < 127) {
      return "'" + (char) codePoint + "'";
    }
    return String.format("the character U+%04X", codePoint);
  }
}
