package dev.sekisho.policy;

import dev.sekisho.net.MalformedException;

/**
 * A pattern for paths: {@code *} stands for any characters within a segment, {@code **} for any
 * characters at all, and {@code /a/**} also for {@code /a} itself. Everything else stands for
 * itself, upper and lower case apart.
 *
 * <p>What comes before the first star is compared as it is. The rest is matched by following all
 * possibilities at once, one bit for each place in the pattern, so the time is proportional to the
 * length of the path whatever an attacker writes in it.
 */
final class PathPattern {
  /** One bit each in a long, and one for the end. */
  static final int MOST_AFTER_STAR = 62;

  private final String text;
  private final String prefix;
  private final Tail tail;
  private final String rest;
  private final long segmentStars;
  private final long anyStars;

  private enum Tail {
    /** Nothing: the prefix is the whole path. */
    END,
    /** The prefix, or the prefix and a slash and anything. */
    BELOW,
    /** Stars and characters. */
    STARS
  }

  private PathPattern(String text, String prefix, Tail tail, String rest) {
    this.text = text;
    this.prefix = prefix;
    this.tail = tail;
    this.rest = rest;
    long within = 0;
    long any = 0;
    for (int i = 0; i < rest.length(); i++) {
      within |= rest.charAt(i) == SEGMENT ? 1L << i : 0;
      any |= rest.charAt(i) == ANY ? 1L << i : 0;
    }
    this.segmentStars = within;
    this.anyStars = any;
  }

  // stars as private-use characters, which a pattern may not have
  private static final char SEGMENT = '\uE000';
  private static final char ANY = '\uE001';

  static PathPattern parse(String text) throws MalformedException {
    if (!text.startsWith("/")) {
      throw new MalformedException("a path begins with a slash");
    }
    if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0) {
      throw new MalformedException(
          "a path has no query and no fragment; the query is looked at with when: request.query");
    }
    if (text.indexOf('%') >= 0
        || text.chars().anyMatch(c -> c < ' ' || c == 0x7f || (c >= 0xD800 && c < 0xF900))) {
      throw new MalformedException(
          "a path is compared as written and decoded; write * for characters that have to be percent-encoded");
    }
    int star = text.indexOf('*');
    if (star < 0) {
      return new PathPattern(text, text, Tail.END, "");
    }
    if (star == text.length() - 2 && text.endsWith("/**")) {
      return new PathPattern(text, text.substring(0, star - 1), Tail.BELOW, "");
    }
    String rest =
        text.substring(star).replaceAll("\\*\\*+", String.valueOf(ANY)).replace('*', SEGMENT);
    if (rest.length() > MOST_AFTER_STAR) {
      throw new MalformedException(
          "there are more than " + MOST_AFTER_STAR + " characters after the first star");
    }
    return new PathPattern(text, text.substring(0, star), Tail.STARS, rest);
  }

  boolean matches(String path) {
    if (!path.startsWith(prefix)) {
      return false;
    }
    return switch (tail) {
      case END -> path.length() == prefix.length();
      case BELOW -> path.length() == prefix.length() || path.charAt(prefix.length()) == '/';
      case STARS -> matchesRest(path, prefix.length()) || belowItself(path);
    };
  }

  /**
   * {@code /a*}{@code /**} also means {@code /ab}: a trailing {@code /**} may stand for nothing.
   */
  private boolean belowItself(String path) {
    return text.endsWith("/**") && matchesRest(path + "/", prefix.length());
  }

  private boolean matchesRest(String path, int from) {
    long stars = segmentStars | anyStars;
    long places = passed(1L, stars);
    for (int i = from; i < path.length() && places != 0; i++) {
      char c = path.charAt(i);
      long stay = places & (c == '/' ? anyStars : stars);
      places = passed(stay | advanced(places & ~stars, c), stars);
    }
    return (places & 1L << rest.length()) != 0;
  }

  /** The places reached by reading a character that stands for itself. */
  private long advanced(long places, char c) {
    long reached = 0;
    for (long left = places; left != 0; left &= left - 1) {
      int place = Long.numberOfTrailingZeros(left);
      if (place < rest.length() && rest.charAt(place) == c) {
        reached |= 1L << (place + 1);
      }
    }
    return reached;
  }

  /** A star may stand for nothing: whoever is at one is also behind it. */
  private static long passed(long places, long stars) {
    long all = places;
    for (long more = all | (all & stars) << 1; more != all; more = all | (all & stars) << 1) {
      all = more;
    }
    return all;
  }

  @Override
  public String toString() {
    return text;
  }
}
