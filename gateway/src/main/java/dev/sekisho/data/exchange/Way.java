package dev.sekisho.data.exchange;

import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import java.util.List;

/**
 * Where a request goes. Mostly where its URL says; inside a CONNECT it is where the CONNECT says,
 * under the name that TLS says, and where these differ every one of them has to be allowed.
 *
 * @param also what was named besides the URL's own host
 */
public record Way(Host host, int port, Security security, List<Authority> also) {
  /** Plain HTTP to where the URL says. */
  public static Way plain(Host host, int port) {
    return new Way(host, port, Security.PLAIN, List.of());
  }

  public sealed interface Security {
    Security PLAIN = new Plain();

    record Plain() implements Security {}

    /**
     * @param name what the origin's certificate must be for
     */
    record Tls(Host name) implements Security {}
  }
}
