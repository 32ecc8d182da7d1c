package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.origin.OriginConnection.Detached;
import dev.sekisho.data.relay.Tunnels;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Joins a client and an origin into a tunnel, which counts what passes. */
final class Junction {
  private final ClientConnection client;
  private final Lane lane;
  private Tunnels.@Nullable Tunnel tunnel;

  Junction(ClientConnection client, Lane lane) {
    this.client = client;
    this.lane = lane;
  }

  /**
   * Both are joined until the tunnel ends, and with it the exchange.
   *
   * @param early what was read from the client and is for the origin; ownership passes
   */
  void join(ByteBuf early, Detached far, Exchange exchange) {
    tunnel =
        lane.means()
            .tunnels()
            .open(
                client.channel(),
                far.channel(),
                early,
                far.early(),
                lane.limits().tunnelIdle(),
                ended -> client.guarded(() -> over(ended, exchange)));
  }

  private void over(Tunnels.Ended ended, Exchange exchange) {
    switch (ended.cause()) {
      case CLOSED -> exchange.delivered();
      case CLIENT_RESET, ORIGIN_RESET, IDLE, ENDED, FAILED ->
          exchange.failed(Broken.tunnel(ended.cause()));
    }
    client.tunnelled();
  }

  boolean joined() {
    return tunnel != null;
  }

  long bytesUp() {
    return tunnel == null ? 0 : tunnel.bytesUp();
  }

  long bytesDown() {
    return tunnel == null ? 0 : tunnel.bytesDown();
  }

  void end() {
    if (tunnel != null) {
      tunnel.end();
    }
  }
}
