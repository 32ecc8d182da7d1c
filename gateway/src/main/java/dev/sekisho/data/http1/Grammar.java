package dev.sekisho.data.http1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The character classes of RFC 9110 §5.6 and RFC 3986, and the two loops that touch every byte of a
 * head. Field values make up most of a head, so they are checked eight bytes at a time: a byte
 * below 0x20 or equal to 0x7F shows in the high bit of its place.
 */
final class Grammar {
  static final byte CR = '\r';
  static final byte LF = '\n';

  private static final int TOKEN = 1;
  private static final int TARGET = 2;
  private static final byte[] CLASS = classes();

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private Grammar() {}

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int c = 0x21; c <= 0x7e; c++) {
      if (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
        classes[c] |= TOKEN;
      }
      if (c != '#' && c != '\\') {
        classes[c] |= TARGET;
      }
    }
    return classes;
  }

  /** tchar, RFC 9110 §5.6.2. */
  static boolean token(byte b) {
    return (CLASS[b & 0xff] & TOKEN) != 0;
  }

  /**
   * What a request target may hold: visible ASCII but the fragment mark and the backslash.
   * Characters that RFC 3986 wants escaped but browsers send as they are ({@code |}, {@code "},
   * {@code ^}, braces) mislead nobody and pass.
   */
  static boolean target(byte b) {
    return (CLASS[b & 0xff] & TARGET) != 0;
  }

  static boolean blank(byte b) {
    return b == ' ' || b == '\t';
  }

  static boolean digit(byte b) {
    return b >= '0' && b <= '9';
  }

  static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /**
   * The first position in {@code [from, to)} that holds no field text (HTAB, SP, VCHAR, obs-text),
   * or {@code to}.
   */
  static int endOfText(byte[] bytes, int from, int to) {
    int at = from;
    while (at + 8 <= to) {
      long word = (long) LONG.get(bytes, at);
      long control = (word - ONES * 0x20) & ~word;
      long delete = word ^ (ONES * 0x7f);
      long found = (control | ((delete - ONES) & ~delete)) & HIGHS;
      if (found == 0) {
        at += 8;
        continue;
      }
      at += Long.numberOfTrailingZeros(found) >>> 3;
      if (bytes[at] != '\t') {
        return at;
      }
      at++;
    }
    while (at < to && text(bytes[at])) {
      at++;
    }
    return at;
  }

  private static boolean text(byte b) {
    return b == '\t' || ((b & 0xff) >= 0x20 && b != 0x7f);
  }

  /** Whether the range is the word, in any case. The word is ASCII in lower case. */
  static boolean same(byte[] bytes, int from, int to, String lowerCaseWord) {
    if (to - from != lowerCaseWord.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (lower(bytes[i]) != lowerCaseWord.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }
}
