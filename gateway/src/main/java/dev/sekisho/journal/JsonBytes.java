package dev.sekisho.journal;

import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Writes one flat JSON object as UTF-8 into an array that is used again and again, without making
 * an object. Everything that could end a line or drive a terminal is escaped: control characters
 * (also U+007F to U+009F), line and paragraph separators, marks that turn the direction of text,
 * and halves of surrogate pairs. A text longer than its limit is cut, and says so. Not thread-safe.
 */
final class JsonBytes {
  static final String CUT = "\u2026[cut]";

  private static final byte[] CUT_BYTES = CUT.getBytes(StandardCharsets.UTF_8);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** Characters below U+0080 that stand for themselves. */
  private static final boolean[] PLAIN = new boolean[128];

  static {
    for (char c = 0x20; c < 0x7F; c++) {
      PLAIN[c] = c != '"' && c != '\\';
    }
  }

  private final byte[] bytes;
  private int length;

  JsonBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Begins again at this place of the array. */
  void begin(int at) {
    length = at;
  }

  int length() {
    return length;
  }

  byte[] bytes() {
    return bytes;
  }

  void raw(byte[] ascii) {
    System.arraycopy(ascii, 0, bytes, length, ascii.length);
    length += ascii.length;
  }

  /** A part of what was written like this before. */
  void raw(byte[] json, int from, int to) {
    System.arraycopy(json, from, bytes, length, to - from);
    length += to - from;
  }

  void raw(char ascii) {
    bytes[length++] = (byte) ascii;
  }

  void number(long value) {
    if (value < 0) {
      raw('-');
      number(-value);
      return;
    }
    int digits = 1;
    for (long power = 10; digits < 19 && power <= value; power *= 10) {
      digits++;
    }
    int last = length + digits - 1;
    length += digits;
    long rest = value;
    for (; rest > Integer.MAX_VALUE; rest /= 10) {
      bytes[last--] = (byte) ('0' + rest % 10);
    }
    // Most numbers are small, and an int divides in half the time.
    for (int small = (int) rest; last >= length - digits; small /= 10) {
      bytes[last--] = (byte) ('0' + small % 10);
    }
  }

  /** The id in quotes. */
  void id(RecordId id) {
    raw('"');
    hex(id.high(), 60, 8);
    raw('-');
    hex(id.high(), 28, 4);
    raw('-');
    hex(id.high(), 12, 4);
    raw('-');
    hex(id.low(), 60, 4);
    raw('-');
    hex(id.low(), 44, 12);
    raw('"');
  }

  private void hex(long value, int shift, int digits) {
    for (int i = 0; i < digits; i++) {
      bytes[length++] = HEX[(int) (value >>> shift - 4 * i) & 15];
    }
  }

  /** The time in quotes. */
  void time(long micros, IsoTime format) {
    raw('"');
    format.write(micros, bytes, length);
    length += IsoTime.LENGTH;
    raw('"');
  }

  /**
   * The text in quotes; what is between them takes at most {@code limit} bytes and the mark of a
   * cut.
   */
  void text(String text, int limit) {
    raw('"');
    int end = length + limit;
    int count = text.length();
    int i = 0;
    int at = length;
    int fast = Math.min(count, limit);
    while (i < fast) {
      char c = text.charAt(i);
      if (c >= 128 || !PLAIN[c]) {
        break;
      }
      bytes[at++] = (byte) c;
      i++;
    }
    length = at;
    while (i < count) {
      int c = text.codePointAt(i);
      if (length + size(c) > end) {
        raw(CUT_BYTES);
        break;
      }
      write(c);
      i += Character.charCount(c);
    }
    raw('"');
  }

  /**
   * The texts as an array; all together at most {@code limit} bytes, each at most an eighth of it,
   * and marks of cuts.
   */
  void texts(Collection<String> texts, int limit) {
    raw('[');
    int end = length + limit;
    boolean first = true;
    for (String text : texts) {
      if (!first) {
        raw(',');
      }
      first = false;
      int least = 2 + CUT_BYTES.length;
      if (length + limit / 8 + least > end) {
        text("", 0);
        length--;
        raw(CUT_BYTES);
        raw('"');
        break;
      }
      text(text, limit / 8 - least);
    }
    raw(']');
  }

  private static int size(int c) {
    if (c < 128) {
      return PLAIN[c] ? 1 : c == '"' || c == '\\' ? 2 : 6;
    }
    if (escaped(c)) {
      return 6;
    }
    return c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  /** Whether a character from U+0080 on must not reach a terminal as it is. */
  static boolean escaped(int c) {
    return c < 0xA0
        || c >= 0x200B && c <= 0x200F
        || c >= 0x2028 && c <= 0x202E
        || c >= 0x2060 && c <= 0x206F
        || c == 0xFEFF
        || c >= 0xD800 && c <= 0xDFFF;
  }

  private void write(int c) {
    if (c < 128 && PLAIN[c]) {
      raw((char) c);
    } else if (c == '"' || c == '\\') {
      raw('\\');
      raw((char) c);
    } else if (c < 128 || escaped(c)) {
      raw('\\');
      raw('u');
      hex(c, 12, 4);
    } else if (c < 0x800) {
      raw((char) (0xC0 | c >> 6));
      raw((char) (0x80 | c & 63));
    } else if (c < 0x10000) {
      raw((char) (0xE0 | c >> 12));
      raw((char) (0x80 | c >> 6 & 63));
      raw((char) (0x80 | c & 63));
    } else {
      raw((char) (0xF0 | c >> 18));
      raw((char) (0x80 | c >> 12 & 63));
      raw((char) (0x80 | c >> 6 & 63));
      raw((char) (0x80 | c & 63));
    }
  }
}
