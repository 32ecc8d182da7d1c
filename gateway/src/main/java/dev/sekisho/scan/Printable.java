package dev.sekisho.scan;

/** Text from outside, made fit for a record and a log line. */
final class Printable {
  private Printable() {}

  /** Without control characters, and cut to so many characters. */
  static String text(String text, int longest) {
    StringBuilder result = new StringBuilder(Math.min(text.length(), longest));
    for (int i = 0; i < text.length() && result.length() < longest; i++) {
      char c = text.charAt(i);
      result.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return result.toString();
  }
}
