package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Chooses by the shape of the channels: two bare TCP sockets go to the pump, anything else is
 * copied by Netty.
 */
final class ShapedTunnels implements Tunnels {
  private final Tunnels bare;
  private final Tunnels other;

  ShapedTunnels(Tunnels bare, Tunnels other) {
    this.bare = bare;
    this.other = other;
  }

  @Override
  public Tunnel open(
      Channel client,
      Channel origin,
      ByteBuf earlyUp,
      ByteBuf earlyDown,
      Duration idle,
      Consumer<Ended> then) {
    Tunnels fitting = isBare(client) && isBare(origin) ? bare : other;
    return fitting.open(client, origin, earlyUp, earlyDown, idle, then);
  }

  @Override
  public void close() {
    bare.close();
    other.close();
  }

  private static boolean isBare(Channel channel) {
    return channel instanceof EpollSocketChannel
        && channel.pipeline().get(SslHandler.class) == null;
  }
}
