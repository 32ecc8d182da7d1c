package dev.sekisho.net;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Names outside ASCII to A-labels, after UTS #46 without its transitional mappings ({@code straße}
 * keeps its {@code ß}, as in browsers today; {@code java.net.IDN} would make {@code ss} of it, so
 * that a list written by a person would miss what browsers send). Stricter than UTS #46 where a
 * spelling could hide something: characters without a visible form are refused instead of dropped,
 * and so is every character that only normalisation turns into a dot, but for the three ideographic
 * dots. The rules about joiners and directions (RFC 5892 appendix A, RFC 5893) concern display;
 * what they would refuse is just another A-label.
 */
final class InternationalName {
  /**
   * Middle dots and their like, which are punctuation by category and part of words (RFC 5892 §2.6,
   * appendix A).
   */
  private static final String WORD_PUNCTUATION = "\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u30fb";

  private InternationalName() {}

  /** Lower case ASCII, which may still be anything but a name. */
  static String toAscii(String text) throws MalformedException {
    if (isAscii(text)) {
      return lowerAscii(text);
    }
    String mapped = map(text);
    if (isAscii(mapped)) {
      return mapped;
    }
    StringBuilder out = new StringBuilder(mapped.length() + 16);
    int from = 0;
    for (int dot = mapped.indexOf('.'); dot >= 0; dot = mapped.indexOf('.', from)) {
      appendLabel(mapped.substring(from, dot), out);
      out.append('.');
      from = dot + 1;
    }
    appendLabel(mapped.substring(from), out);
    return out.toString();
  }

  private static void appendLabel(String label, StringBuilder out) throws MalformedException {
    if (isAscii(label)) {
      out.append(label);
      return;
    }
    if (label.startsWith("xn--")) {
      throw new MalformedException("a label that begins with xn-- must be ASCII");
    }
    int first = Character.getType(label.codePointAt(0));
    if (first == Character.NON_SPACING_MARK || first == Character.COMBINING_SPACING_MARK) {
      throw new MalformedException("a label begins with a combining mark");
    }
    for (int i = 0; i < label.length(); i += Character.charCount(label.codePointAt(i))) {
      int c = label.codePointAt(i);
      if (!(c < 128 ? NameSyntax.isLabelCharacter(c) : isWord(c))) {
        throw new MalformedException("a name cannot have " + NameSyntax.describe(c));
      }
    }
    out.append("xn--");
    Punycode.encode(label, out);
  }

  private static String map(String text) throws MalformedException {
    String dotted = text.replace('\u3002', '.').replace('\uff0e', '.').replace('\uff61', '.');
    String folded = Normalizer.normalize(dotted, Normalizer.Form.NFKC);
    StringBuilder lower = new StringBuilder(folded.length());
    folded.codePoints().forEach(c -> appendLower(c, lower));
    String mapped = Normalizer.normalize(lower, Normalizer.Form.NFKC);
    if (dots(mapped) != dots(dotted)) {
      throw new MalformedException("a character of the name hides a dot");
    }
    return mapped;
  }

  private static void appendLower(int c, StringBuilder out) {
    if (c == 0x130) { // the only character whose simple lower case is not its full one
      out.append("i\u0307");
    } else {
      out.appendCodePoint(Character.toLowerCase(c));
    }
  }

  private static boolean isWord(int c) {
    if (isInvisible(c)) {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.LOWERCASE_LETTER,
          Character.UPPERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER,
          Character.OTHER_SYMBOL,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> WORD_PUNCTUATION.indexOf(c) >= 0;
    };
  }

  /**
   * Letters and marks that Unicode calls default-ignorable; controls and formats are out by their
   * category.
   */
  private static boolean isInvisible(int c) {
    return c == 0x34f
        || c == 0x115f
        || c == 0x1160
        || c == 0x17b4
        || c == 0x17b5
        || c >= 0x180b && c <= 0x180f
        || c == 0x3164
        || c >= 0xfe00 && c <= 0xfe0f
        || c == 0xffa0
        || c >= 0xe0000 && c <= 0xe0fff;
  }

  private static long dots(String text) {
    return text.chars().filter(c -> c == '.').count();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  private static String lowerAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 'A' && text.charAt(i) <= 'Z') {
        return text.toLowerCase(Locale.ROOT); // no other than these can change in ASCII
      }
    }
    return text;
  }
}
