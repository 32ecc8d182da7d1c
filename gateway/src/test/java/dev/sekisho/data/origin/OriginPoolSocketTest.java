package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same pool over real sockets: whether what happens at the other end is noticed at all while auto-read is off. */
class OriginPoolSocketTest {
  private static final IpAddress LOOPBACK = IpAddress.ofBytes(new byte[] {127, 0, 0, 1});

  static List<Transport> transports() {
    return List.of(Transport.epoll(), Transport.nio());
  }

  private interface Deed {
    void on(Socket origin) throws Exception;
  }

  @ParameterizedTest
  @MethodSource("transports")
  void noticesThatTheOriginHasClosed(Transport transport) throws Exception {
    closesWhen(transport, Socket::close);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void noticesThatTheOriginHasClosedItsHalf(Transport transport) throws Exception {
    closesWhen(transport, Socket::shutdownOutput);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void noticesThatTheOriginHasReset(Transport transport) throws Exception {
    closesWhen(transport, origin -> {
      origin.setSoLinger(true, 0);
      origin.close();
    });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void noticesThatTheOriginSpeaksUnasked(Transport transport) throws Exception {
    closesWhen(transport, origin -> origin.getOutputStream().write('H'));
  }

  private static void closesWhen(Transport transport, Deed deed) throws Exception {
    var loops = new MultiThreadIoEventLoopGroup(1, transport.loops());
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
      EventLoop loop = loops.next();
      OriginPool pool = new OriginPool(loop, OriginConfig.PoolLimits.USUAL);
      OriginPool.Key key = new OriginPool.Key(new Authority(LOOPBACK, listener.getLocalPort()), Optional.empty());
      Channel channel = dial(transport, loop, listener.getLocalPort());
      try (Socket origin = listener.accept()) {
        loop.submit(() -> pool.give(key, new PooledConnection(channel, LOOPBACK, 1))).sync();
        assertThat(loop.submit(pool::size).get()).isOne();
        deed.on(origin);
        assertThat(channel.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.submit(pool::size).get()).isZero();
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static Channel dial(Transport transport, EventLoop loop, int port) {
    CompletableFuture<Channel> channel = new CompletableFuture<>();
    new HappyEyeballs(OriginConfig.usual(), transport, Optional.empty())
        .dial(List.of(LOOPBACK), port, loop, dialled -> {
          switch (dialled) {
            case Dialler.Dialled.Connected connected -> channel.complete(connected.channel());
            case Dialler.Dialled.Failed failed ->
              channel.completeExceptionally(new AssertionError(failed.failure().detail()));
          }
        });
    return channel.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
