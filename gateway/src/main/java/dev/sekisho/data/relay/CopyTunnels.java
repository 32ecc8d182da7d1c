package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tunnels between any two channels of one event loop, also through TLS: bytes are copied by Netty,
 * on that loop.
 */
final class CopyTunnels implements Tunnels {
  private final Set<CopyTunnel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  @Override
  public Tunnel open(
      Channel client,
      Channel origin,
      ByteBuf earlyUp,
      ByteBuf earlyDown,
      Duration idle,
      Consumer<Ended> then) {
    CopyTunnel tunnel = new CopyTunnel(client, origin, idle, then, open);
    open.add(tunnel);
    tunnel.begin(earlyUp, earlyDown);
    if (closed) {
      tunnel.end();
    }
    return tunnel;
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(CopyTunnel::end);
  }
}
