package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class ServerHandshakeTest {
  /** One that makes no engine. */
  private static SslContext broken() throws Exception {
    return new DelegatingSslContext(SslContextBuilder.forClient().build()) {
      @Override
      protected void initEngine(SSLEngine engine) {
        throw new IllegalStateException("no engine");
      }
    };
  }

  @Test
  void aDefectIsToldToWhoWaitsAndNothingIsKept() throws Exception {
    Transport transport = Transport.best();
    var group = new MultiThreadIoEventLoopGroup(2, transport.loops());
    SslContext context = broken();
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    ServerHandshake.Waiting waiting =
        new ServerHandshake.Waiting() {
          @Override
          public void shaken() {
            told.completeExceptionally(new AssertionError("shaken"));
          }

          @Override
          public void failed(Failure failure) {
            told.completeExceptionally(new AssertionError(failure.detail()));
          }

          @Override
          public void defective(Throwable cause) {
            told.complete(cause);
          }
        };
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel channel =
          new Bootstrap()
              .group(group)
              .channel(transport.stream())
              .handler(new ChannelInboundHandlerAdapter())
              .connect(door.getLocalSocketAddress())
              .syncUninterruptibly()
              .channel();
      ByteBuf first = Unpooled.buffer().writeByte(22);
      try (Socket _ = door.accept()) {
        channel
            .eventLoop()
            .execute(() -> {
              channel.pipeline().addLast("behind", new ChannelInboundHandlerAdapter());
              ServerHandshake.begin(channel, "behind", group.next(), context, first, waiting);
            });
        assertThat(told.get(10, TimeUnit.SECONDS)).hasMessage("no engine");
        assertThat(first.refCnt()).isZero();
      }
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
