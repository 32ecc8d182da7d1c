package dev.sekisho.data.origin;

import dev.sekisho.net.Authority;

/**
 * Which connections to an origin may stand for each other: same host and port, same security, same
 * user.
 *
 * @param user whose requests it carries, so that nobody ever gets a connection of another user's;
 *     empty for clients that proved nothing
 */
public record OriginKey(Authority authority, Security security, String user) {
  public sealed interface Security {
    Security PLAIN = new Plain();

    record Plain() implements Security {}

    /**
     * @param credential the name of the client certificate that the gateway shows where the origin
     *     asks for one ({@code origin.credentials}); empty for none
     */
    record Tls(String credential) implements Security {
      public static final Tls ANONYMOUS = new Tls("");
    }
  }
}
