package dev.sekisho.data.origin;

import dev.sekisho.net.IpAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Dials by happy eyeballs (RFC 8305 §5) and nothing but the addresses it was given: one more every
 * 250 ms, at once when the one before has failed, until one is connected or the time for all of
 * them is over.
 */
public final class HappyEyeballs implements Dialler {
  static final Duration NEXT_ADDRESS = Duration.ofMillis(250);

  /**
   * Writing stops at 64 KiB of unsent bytes. One read of at most 64 KiB comes on top, and in front
   * of it the client's connection holds as much again: together no more than the 256 KiB that a
   * direction may hold.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final OriginConfig config;
  private final Transport transport;
  private final Optional<IpAddress> source;

  /**
   * @param source the gateway's own address to connect from; empty leaves the choice to the
   *     kernel's routing table
   */
  public HappyEyeballs(OriginConfig config, Transport transport, Optional<IpAddress> source) {
    this.config = config;
    this.transport = transport;
    this.source = source;
  }

  @Override
  public Attempt dial(List<IpAddress> addresses, int port, EventLoop loop, Consumer<Dialled> then) {
    Dial dial = new Dial(this, List.copyOf(addresses), port, loop, then);
    if (loop.inEventLoop()) {
      dial.start();
    } else {
      loop.execute(dial::start);
    }
    return dial;
  }

  Duration timeout() {
    return config.connectTimeout();
  }

  /** Whether the source address is of the family of this address. */
  boolean suits(IpAddress address) {
    return source.isEmpty() || source.get().v6() == address.v6();
  }

  /** A socket with the options every connection to an origin has. */
  ChannelFuture connect(EventLoop loop, IpAddress address, int port) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.stream())
            .disableResolver()
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) config.connectTimeout().toMillis())
            .handler(new EarlyBytes());
    if (source.isEmpty()) {
      return bootstrap.connect(socketAddress(address, port));
    }
    transport.bindLate(bootstrap);
    return bootstrap.connect(socketAddress(address, port), socketAddress(source.get(), 0));
  }

  private static InetSocketAddress socketAddress(IpAddress address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are always an address", e);
    }
  }
}
