package dev.sekisho.data.origin;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Optional;

/**
 * How sockets are made: which event loops and which channels belong together. Chosen once at start
 * and passed to everyone who opens a socket, because channels of one kind cannot be registered on
 * loops of another.
 *
 * @param word the name for the operational log
 * @param late the option that leaves the choice of the local port to the moment of connecting
 *     (IP_BIND_ADDRESS_NO_PORT), so that one source address serves more than its 28,000 ephemeral
 *     ports towards different origins; empty where the kind does not know it
 */
public record Transport(
    String word,
    IoHandlerFactory loops,
    Class<? extends ServerSocketChannel> listener,
    Class<? extends SocketChannel> stream,
    Class<? extends DatagramChannel> datagram,
    Optional<ChannelOption<Boolean>> late) {

  /** Linux epoll; its native library must have loaded. */
  public static Transport epoll() {
    return new Transport(
        "epoll",
        HalfOpenEpoll.newFactory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        EpollDatagramChannel.class,
        Optional.of(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT));
  }

  /** The JDK's own selector: works wherever Java does, without the options only Linux has. */
  public static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class,
        Optional.empty());
  }

  /**
   * Epoll where its native library loads, otherwise the JDK's selector. The caller says which in
   * the operational log.
   */
  public static Transport best() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  void bindLate(Bootstrap bootstrap) {
    late.ifPresent(option -> bootstrap.option(option, true));
  }
}
