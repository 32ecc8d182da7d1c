package dev.sekisho.journal;

import java.util.List;

/** What secrets look like, by the prefixes their makers gave them so that they can be found. */
final class SecretShapes {
  /**
   * A secret that begins like this and goes on for at least so many characters of a word (letters,
   * digits, hyphen, underscore).
   */
  private record Shape(String prefix, int least) {}

  private static final List<Shape> SHAPES =
      List.of(
          // AWS access key ids: permanent, temporary, and other credentials
          new Shape("AKIA", 16),
          new Shape("ASIA", 16),
          new Shape("ABIA", 16),
          new Shape("ACCA", 16),
          // GitHub, GitLab
          new Shape("ghp_", 20),
          new Shape("gho_", 20),
          new Shape("ghu_", 20),
          new Shape("ghs_", 20),
          new Shape("ghr_", 20),
          new Shape("github_pat_", 20),
          new Shape("glpat-", 16),
          // Slack
          new Shape("xoxa-", 8),
          new Shape("xoxb-", 8),
          new Shape("xoxp-", 8),
          new Shape("xoxr-", 8),
          new Shape("xoxs-", 8),
          new Shape("xoxe-", 8),
          new Shape("xapp-", 8),
          // Google, Stripe, package registries and others
          new Shape("AIza", 30),
          new Shape("ya29.", 10),
          new Shape("GOCSPX-", 16),
          new Shape("sk_live_", 8),
          new Shape("sk_test_", 8),
          new Shape("rk_live_", 8),
          new Shape("rk_test_", 8),
          new Shape("whsec_", 8),
          new Shape("npm_", 30),
          new Shape("pypi-AgEI", 16),
          new Shape("SG.", 16),
          new Shape("sk-", 20),
          new Shape("hf_", 30),
          // JSON Web Tokens and their kin: a base64url object that begins with {" and has a second
          // part
          new Shape("eyJ", 8));

  private static final String PEM = "-----BEGIN";
  private static final String BEARER = "bearer";
  private static final boolean[] WORD = new boolean[128];

  /** By first character. */
  private static final Shape[][] BEGINNING = new Shape[128][];

  private static final boolean[] BEGINS = new boolean[128];

  static {
    for (char c = 0; c < 128; c++) {
      WORD[c] = Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }
    for (char c = 0; c < 128; c++) {
      char first = c;
      BEGINNING[c] =
          SHAPES.stream().filter(shape -> shape.prefix.charAt(0) == first).toArray(Shape[]::new);
      BEGINS[c] = BEGINNING[c].length > 0;
    }
    BEGINS['-'] = true;
    BEGINS['b'] = true;
    BEGINS['B'] = true;
  }

  private SecretShapes() {}

  static boolean word(char c) {
    return c < 128 && WORD[c];
  }

  /** Whether a secret can begin with this character; the quick way out for nearly every word. */
  static boolean begins(char c) {
    return c < 128 && BEGINS[c];
  }

  /** Where the secret that begins the word at {@code at} ends, or -1 when that is none. */
  static int end(String text, int at) {
    char first = text.charAt(at);
    if (first == '-') {
      return text.startsWith(PEM, at) ? until(text, at, "&#") : -1;
    }
    if (first == 'b' || first == 'B') {
      int from = afterBearer(text, at);
      int end = from < 0 ? -1 : until(text, from, "&#;, \"'");
      return end > from ? end : -1;
    }
    for (Shape shape : BEGINNING[first]) {
      if (text.startsWith(shape.prefix, at)) {
        return shapeEnd(text, at, shape);
      }
    }
    return -1;
  }

  /** Where the part to be masked begins: a scheme word before the secret stays readable. */
  static int from(String text, int at) {
    int after = afterBearer(text, at);
    return after < 0 ? at : after;
  }

  static boolean contains(String text) {
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (word(c) && !inWord && begins(c) && end(text, i) > 0) {
        return true;
      }
      inWord = word(c);
    }
    return false;
  }

  /** The ASCII character escaped at this percent sign, or -1. */
  static int escape(String text, int at) {
    if (at + 2 >= text.length()) {
      return -1;
    }
    int code =
        Character.digit(text.charAt(at + 1), 16) * 16 + Character.digit(text.charAt(at + 2), 16);
    boolean valid =
        Character.digit(text.charAt(at + 1), 16) >= 0
            && Character.digit(text.charAt(at + 2), 16) >= 0;
    return valid && code < 128 ? code : -1;
  }

  private static int shapeEnd(String text, int at, Shape shape) {
    int from = at + shape.prefix.length();
    int end = wordEnd(text, from);
    if (end - from < shape.least) {
      return -1;
    }
    boolean parts = shape.prefix.equals("eyJ");
    if (parts && (end == text.length() || text.charAt(end) != '.')) {
      return -1;
    }
    boolean dotted = parts || shape.prefix.endsWith(".");
    while (dotted && end < text.length() && text.charAt(end) == '.') {
      end = wordEnd(text, end + 1);
    }
    return end;
  }

  private static int wordEnd(String text, int from) {
    int end = from;
    while (end < text.length() && word(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int until(String text, int from, String ends) {
    int end = from;
    while (end < text.length() && ends.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  /** The place after {@code Bearer} and a blank, plus sign or %20, or -1. */
  private static int afterBearer(String text, int at) {
    if (!text.regionMatches(true, at, BEARER, 0, BEARER.length())) {
      return -1;
    }
    int after = at + BEARER.length();
    if (text.startsWith(" ", after) || text.startsWith("+", after)) {
      return after + 1;
    }
    return text.startsWith("%20", after) ? after + 3 : -1;
  }
}
