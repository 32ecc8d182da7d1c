package dev.sekisho.data.relay;

import dev.sekisho.data.origin.HalfOpenEpoll;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A gateway of one event loop between real sockets on loopback: every accepted connection becomes a
 * tunnel to the origin.
 */
final class TunnelRig implements AutoCloseable {
  enum Transport {
    EPOLL,
    NIO
  }

  /** What the gateway does with each connection. */
  record Setup(Duration idle, byte[] earlyUp, byte[] earlyDown, byte[] written) {
    static Setup plain() {
      return new Setup(Duration.ofMinutes(5), new byte[0], new byte[0], new byte[0]);
    }

    Setup idle(Duration limit) {
      return new Setup(limit, earlyUp, earlyDown, written);
    }

    Setup early(byte[] up, byte[] down) {
      return new Setup(idle, up, down, written);
    }

    /** Bytes given to Netty for the client just before the tunnel is opened. */
    Setup written(byte[] bytes) {
      return new Setup(idle, earlyUp, earlyDown, bytes);
    }
  }

  /** One tunnel with both its ends, which are plain blocking sockets. */
  record Line(
      Socket client, Socket origin, Tunnels.Tunnel tunnel, CompletableFuture<Tunnels.Ended> ended) {
    Tunnels.Ended end() throws Exception {
      return ended.get(20, TimeUnit.SECONDS);
    }
  }

  final Tunnels tunnels;
  final MultiThreadIoEventLoopGroup group;
  private final Transport transport;
  private final ServerSocket originServer;
  private final Channel gateway;
  private Setup setup = Setup.plain();
  private CompletableFuture<Tunnels.Tunnel> opened = new CompletableFuture<>();
  private CompletableFuture<Tunnels.Ended> ended = new CompletableFuture<>();

  TunnelRig(Tunnels tunnels, Transport transport) throws Exception {
    this.tunnels = tunnels;
    this.transport = transport;
    originServer = new ServerSocket();
    originServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    group =
        new MultiThreadIoEventLoopGroup(
            1,
            switch (transport) {
              case EPOLL -> HalfOpenEpoll.newFactory();
              case NIO -> NioIoHandler.newFactory();
            });
    Class<? extends ServerChannel> server =
        switch (transport) {
          case EPOLL -> EpollServerSocketChannel.class;
          case NIO -> NioServerSocketChannel.class;
        };
    gateway =
        new ServerBootstrap()
            .group(group)
            .channel(server)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel client) {
                    dial(client);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) gateway.localAddress();
  }

  Line open() throws Exception {
    return open(Setup.plain());
  }

  /** Not for several threads. */
  Line open(Setup wanted) throws Exception {
    setup = wanted;
    opened = new CompletableFuture<>();
    ended = new CompletableFuture<>();
    Socket client = new Socket();
    client.connect(address());
    Socket origin = originServer.accept();
    client.setSoTimeout(20_000);
    origin.setSoTimeout(20_000);
    return new Line(client, origin, opened.get(20, TimeUnit.SECONDS), ended);
  }

  private void dial(Channel client) {
    CompletableFuture<Tunnels.Tunnel> handle = opened;
    CompletableFuture<Tunnels.Ended> end = ended;
    Setup wanted = setup;
    new Bootstrap()
        .group(client.eventLoop())
        .channel(
            switch (transport) {
              case EPOLL -> EpollSocketChannel.class;
              case NIO -> NioSocketChannel.class;
            })
        .option(ChannelOption.AUTO_READ, false)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel origin) {}
            })
        .connect(originServer.getLocalSocketAddress())
        .addListener((io.netty.channel.ChannelFuture connected) -> {
          if (wanted.written().length > 0) {
            client.writeAndFlush(Unpooled.wrappedBuffer(wanted.written()));
          }
          ByteBuf up = Unpooled.copiedBuffer(wanted.earlyUp());
          ByteBuf down = Unpooled.copiedBuffer(wanted.earlyDown());
          handle.complete(
              tunnels.open(
                  client,
                  connected.channel(),
                  up,
                  down,
                  wanted.idle(),
                  result -> {
                    if (!client.eventLoop().inEventLoop()) {
                      end.completeExceptionally(
                          new AssertionError("told on " + Thread.currentThread()));
                    } else if (!end.complete(result)) {
                      throw new AssertionError("told twice");
                    }
                  }));
        });
  }

  @Override
  public void close() throws IOException {
    tunnels.close();
    endLoop();
    originServer.close();
  }

  void endLoop() {
    if (!group.isShuttingDown()) {
      gateway.close().syncUninterruptibly();
    }
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /**
   * Open descriptors of this process whose target begins so: {@code socket:}, {@code pipe:}, {@code
   * anon_inode:}.
   */
  static long descriptors(String... kinds) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(fd -> Stream.of(kinds).anyMatch(kind -> target(fd).startsWith(kind)))
          .count();
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
