package dev.sekisho.data.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.data.origin.HalfOpenEpoll;
import dev.sekisho.data.relay.TunnelRig.Line;
import dev.sekisho.data.relay.TunnelRig.Setup;
import dev.sekisho.data.relay.Tunnels.Cause;
import dev.sekisho.data.relay.Tunnels.Ended;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Between Netty and the pump: while Netty still writes, and when its loops have ended. */
class HandoverTest {
  private static final int BACKLOG = 24 * 1024 * 1024;

  private static TunnelRig rig() throws Exception {
    return new TunnelRig(
        new SpliceTunnels(TunnelLimits.ofThisMachine()), TunnelRig.Transport.EPOLL);
  }

  @Test
  void aSlowReaderOfWhatNettyStillWritesIsNotIdle() throws Exception {
    try (TunnelRig rig = rig()) {
      Line line = rig.open(Setup.plain().written(new byte[BACKLOG]).idle(Duration.ofSeconds(2)));
      InputStream in = line.client().getInputStream();
      long read = 0;
      // Four seconds in all, which is twice the limit.
      for (byte[] piece = in.readNBytes(BACKLOG / 40);
          piece.length > 0;
          piece = read < BACKLOG ? in.readNBytes(BACKLOG / 40) : new byte[0]) {
        read += piece.length;
        Thread.sleep(100);
      }
      assertThat(read).isEqualTo(BACKLOG);
      line.origin().close();
      line.client().close();
      line.end();
    }
  }

  @Test
  void aReaderThatTakesNothingIsIdleAndSeesACut() throws Exception {
    try (TunnelRig rig = rig()) {
      Line line = rig.open(Setup.plain().written(new byte[BACKLOG]).idle(Duration.ofMillis(400)));
      assertThat(line.end()).isEqualTo(new Ended(0, 0, Cause.IDLE));
      assertThatThrownBy(() -> line.client().getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
      line.client().close();
      line.origin().close();
    }
  }

  @Test
  void whatIsEndedBeforeItIsWrittenIsCut() throws Exception {
    try (TunnelRig rig = rig()) {
      Line line = rig.open(Setup.plain().written(new byte[BACKLOG]));
      line.tunnel().end();
      assertThat(line.end()).isEqualTo(new Ended(0, 0, Cause.ENDED));
      assertThatThrownBy(() -> line.client().getInputStream().readAllBytes())
          .isInstanceOf(SocketException.class);
      line.client().close();
      line.origin().close();
    }
  }

  @Test
  void whatIsStillToBeWrittenWhenItsLoopEndsIsToldAndCut() throws Exception {
    try (TunnelRig rig = rig()) {
      Line line = rig.open(Setup.plain().written(new byte[BACKLOG]));
      rig.endLoop();
      assertThat(line.end().bytesDown()).isZero();
      assertThat(line.client().getInputStream().readAllBytes().length).isLessThan(BACKLOG);
      line.client().close();
      line.origin().close();
    }
  }

  @Test
  void ownersOfALoopThatEndsAreToldAfterItsEndAndOneAtATime() throws Exception {
    int count = 40;
    Tunnels tunnels = new SpliceTunnels(TunnelLimits.ofThisMachine());
    var group = new MultiThreadIoEventLoopGroup(1, HalfOpenEpoll.newFactory());
    CountDownLatch told = new CountDownLatch(count);
    AtomicInteger inside = new AtomicInteger();
    List<String> wrong = new CopyOnWriteArrayList<>();
    try (ServerSocket far = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < count; i++) {
        Channel client = connected(group, far);
        Channel origin = connected(group, far);
        CompletableFuture<Tunnels.Tunnel> opened = new CompletableFuture<>();
        client
            .eventLoop()
            .execute(() ->
                opened.complete(
                    tunnels.open(
                        client,
                        origin,
                        Unpooled.EMPTY_BUFFER,
                        Unpooled.EMPTY_BUFFER,
                        Duration.ofMinutes(5),
                        _ -> {
                          if (inside.incrementAndGet() > 1) {
                            wrong.add("two at a time");
                          }
                          if (!client.eventLoop().inEventLoop()
                              && !client.eventLoop().isTerminated()) {
                            wrong.add("while the loop still ran");
                          }
                          Thread.yield();
                          inside.decrementAndGet();
                          told.countDown();
                        })));
        opened.orTimeout(20, TimeUnit.SECONDS).join();
      }
      // The last thing the loop does takes a while; it takes no more work meanwhile.
      CountDownLatch lasts = new CountDownLatch(1);
      group.next().execute(() -> await(lasts));
      var ending = group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
      Thread closing = Thread.ofPlatform().start(tunnels::close);
      lasts.countDown();
      closing.join();
      assertThat(ending.awaitUninterruptibly(20, TimeUnit.SECONDS)).isTrue();
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void aLoopThatHasEndedLeavesNoTunnelUntold() throws Exception {
    Tunnels tunnels = new SpliceTunnels(TunnelLimits.ofThisMachine());
    var group = new MultiThreadIoEventLoopGroup(1, HalfOpenEpoll.newFactory());
    try (ServerSocket far = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      Channel client = connected(group, far);
      Channel origin = connected(group, far);
      CompletableFuture<Ended> ended = new CompletableFuture<>();
      CompletableFuture<Tunnels.Tunnel> opened = new CompletableFuture<>();
      client
          .eventLoop()
          .execute(() ->
              opened.complete(
                  tunnels.open(
                      client,
                      origin,
                      Unpooled.EMPTY_BUFFER,
                      Unpooled.EMPTY_BUFFER,
                      Duration.ofMinutes(5),
                      ended::complete)));
      opened.orTimeout(20, TimeUnit.SECONDS).join();
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
      tunnels.close();
      assertThat(ended.orTimeout(20, TimeUnit.SECONDS).join())
          .isEqualTo(new Ended(0, 0, Cause.ENDED));
    }
  }

  private static Channel connected(MultiThreadIoEventLoopGroup group, ServerSocket far) {
    return new Bootstrap()
        .group(group)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .handler(new ChannelInboundHandlerAdapter())
        .connect(far.getLocalSocketAddress())
        .syncUninterruptibly()
        .channel();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
