package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Pumps opaque bytes between a client and an origin until both directions have ended, as cheaply as
 * the kernel allows.
 */
public interface Tunnels extends Closeable {
  /**
   * Starts the pump's threads.
   *
   * @throws IOException when the kernel refuses an epoll instance, as when the process has no file
   *     descriptors left
   */
  static Tunnels start(TunnelLimits limits) throws IOException {
    Tunnels copying = new CopyTunnels();
    return Epoll.isAvailable() ? new ShapedTunnels(new SpliceTunnels(limits), copying) : copying;
  }

  /**
   * Takes over two connected channels of one event loop; must be called on that loop. Nothing may
   * touch the channels afterwards: their handlers are removed, all but TLS, and see no event any
   * more. What was written to the channels before still goes out first. A channel may close long
   * before the tunnel ends (bare sockets leave Netty at once), so count connections by {@code
   * then}, not by {@code closeFuture}.
   *
   * <p>When one connection is reset, or bytes that were read can no longer be written, the other
   * side is reset too, so that a cut never looks like the end.
   *
   * @param earlyUp bytes read from the client that the origin must get first; ownership passes
   *     here. May be empty.
   * @param earlyDown bytes read from the origin that the client must get first; ownership passes
   *     here. May be empty.
   * @param idle ended when no byte moved in either direction for this long
   * @param then called exactly once, on the client channel's event loop, after both connections are
   *     closed
   * @return the handle to end it early and to read its counters
   */
  Tunnel open(
      Channel client,
      Channel origin,
      ByteBuf earlyUp,
      ByteBuf earlyDown,
      Duration idle,
      Consumer<Ended> then);

  /** Ends every tunnel. */
  @Override
  void close();

  interface Tunnel {
    /** Bytes from client to origin so far, exact. */
    long bytesUp();

    long bytesDown();

    /** Ends it now; {@code then} is still called. */
    void end();
  }

  /**
   * How a tunnel ended.
   *
   * @param bytesUp bytes that were written to the origin, exact
   * @param bytesDown bytes that were written to the client, exact
   */
  record Ended(long bytesUp, long bytesDown, Cause cause) {}

  enum Cause {
    /** Both directions were closed in order. */
    CLOSED,
    CLIENT_RESET,
    ORIGIN_RESET,
    IDLE,
    /** {@link Tunnel#end} or shutdown. */
    ENDED,
    /** The pump itself failed; said in the operational log. */
    FAILED
  }
}
