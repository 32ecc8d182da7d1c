package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.Host;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/**
 * TLS towards origins. Nothing of a request goes out before the origin's certificate has been
 * verified. Shared by all event loops.
 */
public interface OriginTls {
  /**
   * Puts TLS on a freshly connected channel (auto-read off, {@link EarlyBytes} or nothing in the
   * pipeline), shakes hands and verifies; answers exactly once, on the channel's event loop. On
   * failure the channel is closed.
   *
   * @param host the name or address that the client asked for: sent as SNI (a name only) and held
   *     against the certificate
   * @param key which client certificate, if any, the gateway shows ({@link
   *     OriginKey.Security.Tls#credential})
   * @return lets the handshake be given up: {@code then} is not called any more and the channel is
   *     closed
   */
  Dialler.Attempt secure(
      Channel channel, Host host, int port, OriginKey.Security.Tls key, Consumer<Secured> then);

  /** Which client certificate, if any, the gateway shows to this host. */
  OriginKey.Security.Tls securityFor(Host host);

  sealed interface Secured {
    /**
     * The TLS handler is in the pipeline, auto-read as it was before.
     *
     * @param version such as {@code TLSv1.3}
     * @param cipher by its IANA name
     */
    record Done(String version, String cipher) implements Secured {}

    /** The detail is a sentence that tells what is wrong with the certificate or the handshake. */
    record Failed(Failure failure) implements Secured {}
  }
}
