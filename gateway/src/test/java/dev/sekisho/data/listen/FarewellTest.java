package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.origin.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FarewellTest {
  /** More than the kernel takes for a client that does not read. */
  private static final int ANSWER = 24 << 20;

  @Test
  void everythingThatWasWrittenReachesAClientThatReadsLate() throws Exception {
    Transport transport = Transport.best();
    var group = new MultiThreadIoEventLoopGroup(1, transport.loops());
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SocketChannel ours =
          (SocketChannel)
              new Bootstrap()
                  .group(group)
                  .channel(transport.stream())
                  .handler(new ChannelInboundHandlerAdapter())
                  .connect(door.getLocalSocketAddress())
                  .syncUninterruptibly()
                  .channel();
      CompletableFuture<Boolean> waited = new CompletableFuture<>();
      CompletableFuture<Void> said = new CompletableFuture<>();
      try (Socket client = door.accept()) {
        client.setSoTimeout(20_000);
        ours.eventLoop()
            .execute(() -> {
              ours.write(Unpooled.wrappedBuffer(new byte[ANSWER]), ours.voidPromise());
              ours.flush();
              Farewell.say(ours, () -> said.complete(null));
              waited.complete(!said.isDone());
            });
        assertThat(waited.get(20, TimeUnit.SECONDS)).as("the client has read nothing").isTrue();
        assertThat(client.getInputStream().readAllBytes()).hasSize(ANSWER);
        said.get(20, TimeUnit.SECONDS);
        assertThat(ours.isOutputShutdown()).isTrue();
      }
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
