package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RelocationTest {
  private static final int MUCH = 8 << 20;

  static Stream<Transport> transports() {
    return Stream.of(Transport.best(), Transport.nio());
  }

  /** What a connection tells, with the loop that it tells it on. */
  private record Told(Object what, boolean onLoop) {}

  private static final class Listening extends ChannelInboundHandlerAdapter {
    final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> removed = new CompletableFuture<>();

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      removed.complete(null);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      told.add(new Told((int) bytes.readByte(), ctx.channel().eventLoop().inEventLoop()));
      bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      told.add(new Told(event, ctx.channel().eventLoop().inEventLoop()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      told.add(new Told("inactive", ctx.channel().eventLoop().inEventLoop()));
    }
  }

  /** A connection on a loop, its other end, and another loop. */
  private static final class Ends implements AutoCloseable {
    final EventLoopGroup first;
    final EventLoopGroup second;
    final Listening listening = new Listening();
    final Channel channel;
    final Socket peer;
    private final Channel door;

    Ends(Transport transport) throws Exception {
      first = new MultiThreadIoEventLoopGroup(1, transport.loops());
      second = new MultiThreadIoEventLoopGroup(1, transport.loops());
      var accepted = new CompletableFuture<Channel>();
      door =
          new ServerBootstrap()
              .group(first)
              .channel(transport.listener())
              .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
              .childHandler(
                  new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                      channel.pipeline().addLast(listening);
                      accepted.complete(channel);
                    }
                  })
              .bind(InetAddress.getLoopbackAddress(), 0)
              .sync()
              .channel();
      int port = ((InetSocketAddress) door.localAddress()).getPort();
      peer = new Socket(InetAddress.getLoopbackAddress(), port);
      peer.setSoTimeout(10_000);
      channel = accepted.get(10, TimeUnit.SECONDS);
    }

    Relocation.Outcome move(EventLoop to) throws Exception {
      var moved = new CompletableFuture<Relocation.Outcome>();
      channel
          .eventLoop()
          .execute(() ->
              Relocation.move(
                  channel,
                  to,
                  outcome -> {
                    assertThat(to.inEventLoop()).isTrue();
                    moved.complete(outcome);
                  }));
      return moved.get(10, TimeUnit.SECONDS);
    }

    Told next() throws InterruptedException {
      return listening.told.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
      peer.close();
      channel.close().sync();
      door.close().sync();
      first.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      second.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void readsAndWritesOnTheNewLoopAndBackAgain(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      for (int i = 1; i <= 20; i++) {
        EventLoop to = (i % 2 == 1 ? ends.second : ends.first).next();
        assertThat(ends.move(to)).isEqualTo(Relocation.Outcome.THERE);
        ends.channel.config().setAutoRead(true);
        ends.peer.getOutputStream().write(i);
        assertThat(ends.next()).isEqualTo(new Told(i, true));
        assertThat(ends.channel.eventLoop()).isSameAs(to);
        ends.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) i}));
        assertThat(ends.peer.getInputStream().read()).isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void outputThatWaitsForRoomGoesOnThere(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      ends.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[MUCH]));
      assertThat(ends.move(ends.second.next())).isEqualTo(Relocation.Outcome.THERE);
      assertThat(ends.peer.getInputStream().readNBytes(MUCH)).hasSize(MUCH);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void whatCameAndEndedMeanwhileIsHeardThere(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      ends.channel.config().setAutoRead(false);
      ends.peer.getOutputStream().write(7);
      ends.peer.shutdownOutput();
      assertThat(ends.move(ends.second.next())).isEqualTo(Relocation.Outcome.THERE);
      ends.channel.config().setAutoRead(true);
      assertThat(ends.next()).isEqualTo(new Told(7, true));
      assertThat(ends.next().what()).isInstanceOf(ChannelInputShutdownEvent.class);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void oneThatIsClosedOnTheWaySaysSo(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      var moved = new CompletableFuture<Relocation.Outcome>();
      ends.channel
          .eventLoop()
          .execute(() -> {
            Relocation.move(ends.channel, ends.second.next(), moved::complete);
            ends.channel.close();
          });
      assertThat(moved.get(10, TimeUnit.SECONDS)).isEqualTo(Relocation.Outcome.CLOSED);
      assertThat(ends.peer.getInputStream().read()).isEqualTo(-1);
      ends.listening.removed.get(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void oneThatIsClosedBetweenTheLoopsLetsItsHandlersGo(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      EventLoop home = ends.first.next();
      assertThat(ends.move(ends.second.next())).isEqualTo(Relocation.Outcome.THERE);
      var coming = new CompletableFuture<Void>();
      home.execute(() -> {
        coming.complete(null);
        while (ends.channel.eventLoop() != home || ends.channel.isRegistered()) {
          Thread.onSpinWait();
        }
        ends.channel.close();
      });
      coming.get(10, TimeUnit.SECONDS);
      assertThat(ends.move(home)).isEqualTo(Relocation.Outcome.CLOSED);
      assertThat(ends.peer.getInputStream().read()).isEqualTo(-1);
      ends.listening.removed.get(10, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void whereNobodyIsThereAnyMoreItIsClosed(Transport transport) throws Exception {
    try (Ends ends = new Ends(transport)) {
      EventLoop to = ends.second.next();
      ends.second.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      var moved = new CompletableFuture<Relocation.Outcome>();
      EventLoop from = ends.channel.eventLoop();
      from.execute(() -> Relocation.move(ends.channel, to, moved::complete));
      assertThat(moved.get(10, TimeUnit.SECONDS)).isEqualTo(Relocation.Outcome.CLOSED);
      assertThat(ends.peer.getInputStream().read()).isEqualTo(-1);
      ends.listening.removed.get(10, TimeUnit.SECONDS);
    }
  }
}
