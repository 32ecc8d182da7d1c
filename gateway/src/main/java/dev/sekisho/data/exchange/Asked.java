package dev.sekisho.data.exchange;

import dev.sekisho.net.Host;
import org.jspecify.annotations.Nullable;

/** What the client asked for, as read from its request. */
public sealed interface Asked {
  Host host();

  int port();

  String method();

  /** {@code HTTP/1.1} or {@code HTTP/1.0}. */
  String httpVersion();

  @Nullable String userAgent();

  /**
   * One request whose URL is seen.
   *
   * @param url the target as the client wrote it
   * @param protocol {@code http} or {@code websocket}
   * @param path as written, without the query
   * @param query as written without the question mark, or null
   * @param way where it goes
   */
  record Url(
      Host host,
      int port,
      String method,
      String httpVersion,
      @Nullable String userAgent,
      String url,
      String scheme,
      String protocol,
      String path,
      @Nullable String query,
      Way way)
      implements Asked {}

  /**
   * A CONNECT: a line to a host and a port, carrying what will not be seen as long as it is sealed.
   */
  record Line(Host host, int port, String httpVersion, @Nullable String userAgent)
      implements Asked {
    @Override
    public String method() {
      return "CONNECT";
    }
  }
}
