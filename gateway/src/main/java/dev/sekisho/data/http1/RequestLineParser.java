package dev.sekisho.data.http1;

import dev.sekisho.data.http1.Refusal.Reason;
import dev.sekisho.data.http1.RequestLine.NamedTarget;
import dev.sekisho.data.http1.Target.Scheme;
import dev.sekisho.net.Authority;
import dev.sekisho.net.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Request lines (RFC 9112 §3), with single spaces and nothing forgiven. A client on one connection
 * mostly asks one origin, so the last authority is kept with what was worked out about it: the next
 * request that spells it the same costs one comparison.
 */
final class RequestLineParser {
  private static final String[] METHODS = {
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "PROPFIND",
    "REPORT",
    "MKCOL",
    "MOVE",
    "COPY"
  };
  private static final int LONGEST_METHOD = 64;
  private static final String CONNECT = "CONNECT";

  private NamedTarget last = NamedTarget.ORIGIN_FORM;

  /**
   * @param bytes at least the line with its CRLF
   * @throws Refusal what is wrong with the line
   */
  RequestLine parse(byte[] bytes) throws Refusal {
    int space = 0;
    while (Grammar.token(bytes[space])) {
      space++;
    }
    if (space == 0 || bytes[space] != ' ') {
      throw new Refusal("a request line that does not begin with a method and one space");
    }
    if (space > LONGEST_METHOD) {
      throw new Refusal("a method of more than " + LONGEST_METHOD + " bytes");
    }
    String method = method(bytes, space);
    int start = space + 1;
    int end = targetEnd(bytes, start);
    int minor = minorVersion(bytes, end);
    return line(method, bytes, start, end, minor);
  }

  private static String method(byte[] bytes, int length) {
    for (String known : METHODS) {
      if (known.length() == length && is(bytes, known)) {
        return known;
      }
    }
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private static boolean is(byte[] bytes, String method) {
    for (int i = 0; i < method.length(); i++) {
      if (bytes[i] != method.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A backslash is taken in a query, where browsers leave it alone, and refused before it, where
   * some read it as a slash.
   */
  private static int targetEnd(byte[] bytes, int start) throws Refusal {
    int at = start;
    while (Grammar.target(bytes[at])) {
      at++;
    }
    if (bytes[at] == '\\' && contains(bytes, start, at, '?')) {
      while (Grammar.target(bytes[at]) || bytes[at] == '\\') {
        at++;
      }
    }
    if (bytes[at] == ' ' && at > start) {
      return at;
    }
    throw new Refusal(
        switch (bytes[at]) {
          case ' ' -> "more than one space in the request line";
          case '#' -> "a fragment in the request target";
          case '\\' -> "a backslash in the request target";
          case '\r' -> "a request line without an HTTP version";
          default -> "a character that must be percent-encoded in the request target";
        });
  }

  private static int minorVersion(byte[] bytes, int space) throws Refusal {
    int at = space + 1;
    boolean shaped =
        startsWith(bytes, at, "HTTP/")
            && Grammar.digit(bytes[at + 5])
            && bytes[at + 6] == '.'
            && Grammar.digit(bytes[at + 7])
            && bytes[at + 8] == Grammar.CR
            && bytes[at + 9] == Grammar.LF;
    if (!shaped) {
      throw new Refusal("a request line that does not end in one space and an HTTP version");
    }
    int minor = bytes[at + 7] - '0';
    if (bytes[at + 5] != '1' || minor > 1) {
      throw new Refusal(Reason.VERSION, "an HTTP version other than 1.0 and 1.1");
    }
    return minor;
  }

  private RequestLine line(String method, byte[] bytes, int start, int end, int minor)
      throws Refusal {
    if (method.equals(CONNECT)) {
      return new RequestLine(method, authorityForm(bytes, start, end), start, end, end, minor);
    }
    if (bytes[start] == '/') {
      return new RequestLine(method, NamedTarget.ORIGIN_FORM, start, start, end, minor);
    }
    if (bytes[start] == '*' && end == start + 1) {
      if (!method.equals("OPTIONS")) {
        throw new Refusal("the target '*' with a method other than OPTIONS");
      }
      return new RequestLine(method, NamedTarget.ASTERISK_FORM, start, start, end, minor);
    }
    Scheme scheme = scheme(bytes, start);
    int authority = start + scheme.word().length() + 3;
    int path = authority;
    while (path < end && bytes[path] != '/' && bytes[path] != '?') {
      path++;
    }
    return new RequestLine(
        method, absoluteForm(scheme, bytes, authority, path), start, path, end, minor);
  }

  private static Scheme scheme(byte[] bytes, int start) throws Refusal {
    int colon = start;
    while (Grammar.token(bytes[colon])) {
      colon++;
    }
    if (!startsWith(bytes, colon, "://")) {
      throw new Refusal("a request target that is neither a URL, a path nor '*'");
    }
    for (Scheme scheme : Scheme.values()) {
      if (Grammar.same(bytes, start, colon, scheme.word())) {
        return scheme;
      }
    }
    throw new Refusal("a request target whose scheme is neither http nor https");
  }

  private NamedTarget absoluteForm(Scheme scheme, byte[] bytes, int from, int to) throws Refusal {
    if (last.target() instanceof Target.AbsoluteForm known
        && known.scheme() == scheme
        && Arrays.equals(last.written(), 0, last.written().length, bytes, from, to)) {
      return last;
    }
    Target.AbsoluteForm target =
        new Target.AbsoluteForm(scheme, authority(bytes, from, to, scheme.defaultPort()));
    last = new NamedTarget(target, Arrays.copyOfRange(bytes, from, to), ascii(target.hostField()));
    return last;
  }

  private static NamedTarget authorityForm(byte[] bytes, int from, int to) throws Refusal {
    Authority authority = authority(bytes, from, to, 0);
    return new NamedTarget(
        new Target.AuthorityForm(authority),
        Arrays.copyOfRange(bytes, from, to),
        ascii(authority.toString()));
  }

  private static Authority authority(byte[] bytes, int from, int to, int defaultPort)
      throws Refusal {
    if (from == to) {
      throw new Refusal("a request target without a host");
    }
    if (bytes[to - 1] == ':') {
      throw new Refusal("a request target with an empty port");
    }
    try {
      return Authority.parse(
          new String(bytes, from, to - from, StandardCharsets.US_ASCII), defaultPort);
    } catch (MalformedException e) {
      throw new Refusal("a request target whose host or port is not one: " + e.reason());
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * False, too, where the bytes end before the text does; the line's CRLF stops every comparison
   * within the bytes.
   */
  private static boolean startsWith(byte[] bytes, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= bytes.length || bytes[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] bytes, int from, int to, char wanted) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return true;
      }
    }
    return false;
  }
}
