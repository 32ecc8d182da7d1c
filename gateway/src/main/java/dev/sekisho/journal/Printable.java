package dev.sekisho.journal;

import java.util.Locale;

/** Text that a terminal shows and does not obey. */
final class Printable {
  private Printable() {}

  /**
   * The text with every character that could drive a terminal or end a line written as {@code
   * \}{@code uXXXX}.
   */
  static String of(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      boolean plain = c >= 0x20 && c < 0x7F || c >= 0x80 && !JsonBytes.escaped(c);
      if (plain && out == null) {
        continue;
      }
      if (out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (plain) {
        out.appendCodePoint(c);
      } else {
        out.append(String.format(Locale.ROOT, "\\u%04x", c));
      }
    }
    return out == null ? text : out.toString();
  }

  /**
   * Columns the character takes on a terminal: none for marks that combine, two for the wide ones
   * of East Asia and emoji.
   */
  static int columns(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean wide =
        c >= 0x1100 && c <= 0x115F
            || c >= 0x2E80 && c <= 0x303E
            || c >= 0x3041 && c <= 0xA4CF
            || c >= 0xAC00 && c <= 0xD7A3
            || c >= 0xF900 && c <= 0xFAFF
            || c >= 0xFE30 && c <= 0xFE6F
            || c >= 0xFF00 && c <= 0xFF60
            || c >= 0xFFE0 && c <= 0xFFE6
            || c >= 0x1F300 && c <= 0x1FAFF
            || c >= 0x20000 && c <= 0x3FFFD;
    return wide ? 2 : 1;
  }

  static int columns(String text) {
    return text.codePoints().map(Printable::columns).sum();
  }

  /** The text in exactly this many columns: cut with an ellipsis, or filled up with spaces. */
  static String fit(String text, int columns) {
    int width = columns(text);
    if (width <= columns) {
      return text + " ".repeat(columns - width);
    }
    StringBuilder out = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (used + columns(c) > columns - 1) {
        break;
      }
      out.appendCodePoint(c);
      used += columns(c);
    }
    return out + "\u2026" + " ".repeat(Math.max(0, columns - used - 1));
  }
}
