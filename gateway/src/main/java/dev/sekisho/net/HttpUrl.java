package dev.sekisho.net;

import org.jspecify.annotations.Nullable;

/**
 * An absolute URL of the web, split and not changed: path and query stay as they were written, for
 * the URL is forwarded byte for byte. A URL that two parsers could split differently is refused:
 * with user information, a fragment, a backslash, a space or a control character (RFC 3986 allows
 * none of the last three, RFC 9110 §4.2.4 and §4.2.5 neither of the first two in a request).
 *
 * @param rawPath as written: empty, or beginning with a slash
 * @param rawQuery as written without the question mark; null when there is none, which is not the
 *     same as an empty one
 */
public record HttpUrl(
    Scheme scheme, Authority authority, String rawPath, @Nullable String rawQuery) {
  /** RFC 9110 §4.2 and RFC 6455 §3. */
  public enum Scheme {
    HTTP("http", 80),
    HTTPS("https", 443),
    WS("ws", 80),
    WSS("wss", 443);

    private final String text;
    private final int defaultPort;

    Scheme(String text, int defaultPort) {
      this.text = text;
      this.defaultPort = defaultPort;
    }

    public String text() {
      return text;
    }

    public int defaultPort() {
      return defaultPort;
    }

    private static Scheme parse(String url, int length) throws MalformedException {
      for (Scheme scheme : values()) {
        if (scheme.text.length() == length && url.regionMatches(true, 0, scheme.text, 0, length)) {
          return scheme;
        }
      }
      throw new MalformedException("the scheme is none of http, https, ws, wss");
    }
  }

  /**
   * @throws IllegalArgumentException when the path is neither empty nor begins with a slash
   */
  public HttpUrl {
    if (!rawPath.isEmpty() && rawPath.charAt(0) != '/') {
      throw new IllegalArgumentException("a path begins with a slash: " + rawPath);
    }
  }

  /** {@code scheme://host[:port][/path][?query]}; characters above U+007F are kept as they are. */
  public static HttpUrl parse(String text) throws MalformedException {
    requireVisible(text);
    int colon = text.indexOf(':');
    if (colon < 0 || !text.startsWith("//", colon + 1)) {
      throw new MalformedException("an absolute URL begins with a scheme and '://'");
    }
    Scheme scheme = Scheme.parse(text, colon);
    int question = text.indexOf('?');
    int end = question < 0 ? text.length() : question;
    int start = colon + 3;
    int slash = text.indexOf('/', start);
    int path = slash < 0 || slash > end ? end : slash;
    Authority authority = Authority.parse(text.substring(start, path), scheme.defaultPort());
    return new HttpUrl(
        scheme,
        authority,
        text.substring(path, end),
        question < 0 ? null : text.substring(question + 1));
  }

  private static void requireVisible(String text) throws MalformedException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == 0x7f || c == '\\' || c == '#') {
        throw new MalformedException(
            c == '#'
                ? "a fragment ('#') is not allowed here"
                : "a URL cannot have " + NameSyntax.describe(c));
      }
    }
  }

  /** The path to ask for: a slash where none was written (RFC 9112 §3.2.1). */
  public String path() {
    return rawPath.isEmpty() ? "/" : rawPath;
  }

  /** Path and query in origin form (RFC 9112 §3.2.1). */
  public String originForm() {
    return rawQuery == null ? path() : path() + "?" + rawQuery;
  }

  /**
   * The URL with scheme and host in canonical form, the port where it is not the scheme's own, the
   * rest as written.
   */
  @Override
  public String toString() {
    String port = authority.port() == scheme.defaultPort() ? "" : ":" + authority.port();
    String query = rawQuery == null ? "" : "?" + rawQuery;
    return scheme.text() + "://" + authority.hostText() + port + rawPath + query;
  }
}
