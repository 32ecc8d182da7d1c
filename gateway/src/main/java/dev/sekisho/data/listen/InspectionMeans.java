package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Unopened;
import dev.sekisho.data.inspect.Leaves;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What opening a CONNECT takes.
 *
 * @param published the certificates that clients have to trust
 * @param unopened what becomes of what cannot be opened
 * @param limits how long things may take
 */
public record InspectionMeans(
    Leaves leaves,
    Supplier<Published> published,
    Map<Unopened, Unopened.Outcome> unopened,
    Limits limits) {
  /**
   * @param silence how long a client may say nothing before it is taken to wait for the server
   * @param handshake from the client's first byte to the end of the handshake
   */
  public record Limits(Duration silence, Duration handshake) {
    public static final Limits USUAL = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  /**
   * @param pem every certificate that is in use or will be
   * @param der the one in use
   */
  public record Published(byte[] pem, byte[] der) {}
}
