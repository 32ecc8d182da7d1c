package dev.sekisho.journal;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@code ***} in the place of secrets: values of named parameters (query, fragment, and {@code
 * ;name=value} in a path), user information before the host, and whatever has the shape of a known
 * secret. Most URLs carry none: they are scanned once and returned as they are, without making an
 * object. Not thread-safe. Where it is not clear how far a secret goes, more is masked rather than
 * less.
 */
final class Masking {
  static final String MASK = "***";

  /**
   * Parameters that carry secrets by the documents of those who made them; compared in lower case.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "x-amz-signature",
          "x-amz-credential",
          "x-amz-security-token",
          "awsaccesskeyid",
          "x-goog-signature",
          "x-goog-credential",
          "sig",
          "access_token",
          "refresh_token",
          "id_token",
          "client_secret",
          "api_key",
          "apikey",
          "jsessionid",
          "phpsessid");

  private final String[] parameters;
  private final Scan scan = new Scan();

  /** Masks these parameters, in any case, besides those that are known. */
  Masking(List<String> parameters) {
    Set<String> all = new HashSet<>(KNOWN);
    for (String name : parameters) {
      all.add(name.toLowerCase(Locale.ROOT));
    }
    this.parameters = all.toArray(String[]::new);
  }

  /** The text without its secrets; the same object when there are none. */
  String mask(String text) {
    return suspicious(text) ? scan.run(text) : text;
  }

  /** Whether there is anything that has to be looked at more closely. */
  private static boolean suspicious(String text) {
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (SecretShapes.word(c)) {
        if (!inWord && SecretShapes.begins(c) && SecretShapes.end(text, i) > 0) {
          return true;
        }
        inWord = true;
      } else {
        if (c == '?' || c == ';' || c == '#' || c == '@' || c == '%') {
          return true;
        }
        inWord = false;
      }
    }
    return false;
  }

  private boolean named(String text, int from, int to) {
    boolean plain = true;
    for (int i = from; i < to; i++) {
      plain &= SecretShapes.word(text.charAt(i));
    }
    return plain ? listed(text, from, to) : namedInParts(decode(text.substring(from, to)));
  }

  private boolean listed(String text, int from, int to) {
    for (String parameter : parameters) {
      if (parameter.length() == to - from
          && text.regionMatches(true, from, parameter, 0, to - from)) {
        return true;
      }
    }
    return false;
  }

  /** {@code user[password]} and {@code password[]}, as web frameworks write nested names. */
  private boolean namedInParts(String name) {
    if (listed(name, 0, name.length())) {
      return true;
    }
    for (String part : name.split("[\\[\\].]", -1)) {
      if (listed(part, 0, part.length())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the value is itself an encoded query or URL with a named parameter or a secret in it.
   */
  private boolean hides(String value) {
    String decoded = decode(value);
    for (int depth = 0; depth < 2; depth++) {
      if (!decoded.equals(value) && SecretShapes.contains(decoded)) {
        return true;
      }
      int start = 0;
      for (int i = 0; i < decoded.length(); i++) {
        char c = decoded.charAt(i);
        if (c == '=' && named(decoded, start, i)) {
          return true;
        }
        if (c == '?' || c == '&' || c == ';' || c == '#' || c == '=') {
          start = i + 1;
        }
      }
      decoded = decode(decoded);
    }
    return false;
  }

  /** Percent-decoded as far as it is ASCII; what is not a valid escape stays. */
  private static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int code = c == '%' ? SecretShapes.escape(text, i) : -1;
      if (code >= 0) {
        out.append((char) code);
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** One walk over one text; copies only when there is something to mask. */
  private final class Scan {
    private String text = "";
    private @Nullable StringBuilder out;
    private int copied;

    /** Where the query value that was looked for last ends: the same for all that begin before. */
    private int queryValueEnd;

    /** Up to here values were looked into and hide nothing; what ends earlier is a part of them. */
    private int cleanUntil;

    String run(String whole) {
      text = whole;
      out = null;
      copied = 0;
      queryValueEnd = 0;
      cleanUntil = 0;
      walk();
      StringBuilder masked = out;
      return masked == null ? whole : masked.append(whole, copied, whole.length()).toString();
    }

    private void walk() {
      int i = userInformation();
      boolean inWord = false;
      boolean inQuery = false;
      while (i < text.length()) {
        char c = text.charAt(i);
        if (SecretShapes.word(c)) {
          int end = !inWord && SecretShapes.begins(c) ? SecretShapes.end(text, i) : -1;
          if (end > 0) {
            replace(SecretShapes.from(text, i), end);
            i = end;
          } else {
            i++;
          }
          inWord = end < 0;
          continue;
        }
        inWord = false;
        if (c == '%' && SecretShapes.escape(text, i) >= 0) {
          i += 3;
          continue;
        }
        i++;
        inQuery |= c == '?' || c == '#';
        if (c == '?' || c == ';' || c == '#' || c == '&' && inQuery) {
          i = pair(i, inQuery);
        }
      }
    }

    /**
     * Looks at {@code name=value} from here; returns where to go on: after a masked value, or where
     * it was.
     */
    private int pair(int from, boolean inQuery) {
      int equals = from;
      while (equals < text.length() && "=&;?#/".indexOf(text.charAt(equals)) < 0) {
        equals++;
      }
      if (equals == text.length() || text.charAt(equals) != '=') {
        return from;
      }
      int end = valueEnd(equals + 1, inQuery);
      if (end == equals + 1) {
        return from;
      }
      if (named(text, from, equals) || hidesAt(equals + 1, end)) {
        replace(equals + 1, end);
        return end;
      }
      return from;
    }

    /** Each value is looked into once, however many question marks are in it. */
    private boolean hidesAt(int from, int end) {
      if (end <= cleanUntil) {
        return false;
      }
      boolean nested = text.indexOf('%', from, end) >= 0 || text.indexOf('=', from, end) >= 0;
      if (nested && hides(text.substring(from, end))) {
        return true;
      }
      cleanUntil = end;
      return false;
    }

    private int valueEnd(int from, boolean inQuery) {
      if (!inQuery) {
        return end(from, ";/?#");
      }
      if (from > queryValueEnd) {
        queryValueEnd = end(from, "&#");
      }
      return queryValueEnd;
    }

    private int end(int from, String ends) {
      int end = from;
      while (end < text.length() && ends.indexOf(text.charAt(end)) < 0) {
        end++;
      }
      return end;
    }

    /** Masks {@code user:password@} of the authority; returns where the rest begins. */
    private int userInformation() {
      int scheme = text.indexOf("://");
      if (scheme < 0) {
        return 0;
      }
      int from = scheme + 3;
      int at = -1;
      for (int i = from; i < text.length() && "/?#\\".indexOf(text.charAt(i)) < 0; i++) {
        if (text.charAt(i) == '@') {
          at = i;
        }
      }
      if (at < 0) {
        return 0;
      }
      replace(from, at);
      return at;
    }

    private void replace(int from, int to) {
      if (out == null) {
        out = new StringBuilder(text.length());
      }
      out.append(text, copied, from).append(MASK);
      copied = to;
    }
  }
}
