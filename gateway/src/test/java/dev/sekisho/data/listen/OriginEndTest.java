package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.origin.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OriginEndTest {
  /** More than the kernel takes for an origin that does not read. */
  private static final int WRITTEN = 24 << 20;

  private MultiThreadIoEventLoopGroup group;
  private ServerSocket door;

  private enum Deaf implements OriginEnd.Told {
    TO_ALL;

    @Override
    public void originSent() {}

    @Override
    public void originTakes() {}

    @Override
    public void originEnded() {}

    @Override
    public void originBroke(IOException cause) {}

    @Override
    public void defective(Throwable cause) {}
  }

  @BeforeEach
  void start() throws Exception {
    group = new MultiThreadIoEventLoopGroup(1, Transport.best().loops());
    door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    door.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  private SocketChannel finishing(Duration patience) {
    SocketChannel ours =
        (SocketChannel)
            new Bootstrap()
                .group(group)
                .channel(Transport.best().stream())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(door.getLocalSocketAddress())
                .syncUninterruptibly()
                .channel();
    ours.pipeline().addLast("early", new ChannelInboundHandlerAdapter());
    ours.eventLoop()
        .execute(() -> {
          var from = new OriginConnection.Detached(ours, Unpooled.EMPTY_BUFFER);
          var end = new OriginEnd(from, patience, Deaf.TO_ALL);
          end.open();
          ours.write(Unpooled.wrappedBuffer(new byte[WRITTEN]), ours.voidPromise());
          end.finish();
        });
    return ours;
  }

  @Test
  void everythingReachesAnOriginThatReadsLateAndHasEndedItsSide() throws Exception {
    SocketChannel ours = finishing(Duration.ofMinutes(1));
    try (Socket origin = door.accept()) {
      origin.setSoTimeout(20_000);
      origin.shutdownOutput();
      // Longer than it lingers once everything has left.
      assertThat(ours.closeFuture().await(1500)).isFalse();
      assertThat(origin.getInputStream().readAllBytes()).hasSize(WRITTEN);
    }
    assertThat(ours.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anOriginThatNeverReadsIsClosedWhenPatienceIsOver() throws Exception {
    SocketChannel ours = finishing(Duration.ofMillis(200));
    try (Socket _ = door.accept()) {
      assertThat(ours.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
