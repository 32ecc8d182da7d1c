package dev.sekisho.net;

/**
 * The steps by which programs turn one path into another. Each returns the same string when it has
 * nothing to change.
 */
final class PathSteps {
  private PathSteps() {}

  /** Whether the segment that begins at {@code from} is {@code .} or {@code ..}. */
  static boolean isDotSegment(String path, int from) {
    int end = from;
    while (end < path.length() && end - from < 3 && path.charAt(end) == '.') {
      end++;
    }
    int dots = end - from;
    return (dots == 1 || dots == 2) && (end == path.length() || path.charAt(end) == '/');
  }

  /** RFC 3986 §5.2.4; what would climb above the root stays at it. */
  static String withoutDotSegments(String path) {
    if (!hasDotSegment(path)) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    int at = 0;
    while (at < path.length()) {
      int start = path.charAt(at) == '/' ? at + 1 : at;
      int next = path.indexOf('/', start);
      int end = next < 0 ? path.length() : next;
      if (!isDotSegment(path, start)) {
        out.append(path, at, end);
      } else {
        if (end - start == 2) {
          out.setLength(Math.max(0, out.lastIndexOf("/")));
        }
        if (next < 0) {
          out.append('/');
        }
      }
      at = end;
    }
    return out.isEmpty() ? "/" : out.toString();
  }

  private static boolean hasDotSegment(String path) {
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if ((dot == 0 || path.charAt(dot - 1) == '/') && isDotSegment(path, dot)) {
        return true;
      }
    }
    return false;
  }

  static String withMergedSlashes(String path) {
    if (!path.contains("//")) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
        out.append(path.charAt(i));
      }
    }
    return out.toString();
  }

  /** Drops, from each segment, the first semicolon and what follows it (RFC 3986 §3.3). */
  static String withoutParameters(String path) {
    int semicolon = path.indexOf(';');
    if (semicolon < 0) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    int from = 0;
    while (semicolon >= 0) {
      out.append(path, from, semicolon);
      int slash = path.indexOf('/', semicolon);
      from = slash < 0 ? path.length() : slash;
      semicolon = path.indexOf(';', from);
    }
    return out.append(path, from, path.length()).toString();
  }

  static String withForwardSlashes(String path) {
    return path.replace('\\', '/');
  }

  /**
   * A path as it came from the wire, percent-decoded once: its characters are bytes, unless one is
   * too large for that.
   */
  static String decodeBytes(String path) {
    boolean bytes = path.chars().allMatch(c -> c <= 0xff);
    boolean wide = path.chars().anyMatch(c -> c >= 0x80);
    return wide && bytes || path.indexOf('%') >= 0
        ? new Decoder(path, bytes ? 0xff : 0x7f).run()
        : path;
  }

  /** A path that was decoded before, decoded once more: its characters are characters. */
  static String decodeText(String path) {
    return path.indexOf('%') >= 0 ? new Decoder(path, 0x7f).run() : path;
  }

  /**
   * Overlong UTF-8 forms of ASCII (two, three or four bytes where one would do, RFC 3629 §10),
   * which show as ISO 8859-1 because they are no UTF-8, become the characters that a careless
   * decoder makes of them.
   */
  static String withShortForms(String path) {
    int first = 0;
    while (first < path.length() && overlongLength(path, first) == 0) {
      first++;
    }
    if (first == path.length()) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length()).append(path, 0, first);
    int i = first;
    while (i < path.length()) {
      int length = overlongLength(path, i);
      out.append(length == 0 ? path.charAt(i) : shortForm(path, i, length));
      i += Math.max(1, length);
    }
    return out.toString();
  }

  /** The seven bits that the last two bytes carry: six in the last, one in the one before. */
  private static char shortForm(String path, int at, int length) {
    return (char) ((path.charAt(at + length - 2) & 1) << 6 | path.charAt(at + length - 1) & 0x3f);
  }

  /** 2, 3 or 4 when an overlong form of an ASCII character begins at {@code i}, else 0. */
  private static int overlongLength(String path, int i) {
    return switch (path.charAt(i)) {
      case 0xc0, 0xc1 -> isBetween(path, i + 1, 0x80, 0xbf) ? 2 : 0;
      case 0xe0 -> isBetween(path, i + 1, 0x80, 0x81) && isBetween(path, i + 2, 0x80, 0xbf) ? 3 : 0;
      case 0xf0 ->
          isBetween(path, i + 1, 0x80, 0x80)
                  && isBetween(path, i + 2, 0x80, 0x81)
                  && isBetween(path, i + 3, 0x80, 0xbf)
              ? 4
              : 0;
      default -> 0;
    };
  }

  private static boolean isBetween(String path, int at, int least, int most) {
    return at < path.length() && path.charAt(at) >= least && path.charAt(at) <= most;
  }
}
