package dev.sekisho.data.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.net.DomainName;
import dev.sekisho.testing.ManualTicker;
import dev.sekisho.testing.NoSockets;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an inquiry does where the kernel gives it no socket. */
class InquiryTest {
  private static final InetSocketAddress NOBODY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private final ManualTicker ticker = new ManualTicker();
  private final Standing standing = new Standing(ticker);
  private EventLoop loop;

  @BeforeEach
  void startLoop() {
    loop = new MultiThreadIoEventLoopGroup(1, Transport.best().loops()).next();
  }

  @AfterEach
  void stopLoop() {
    var _ = loop.parent().shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private Inquiry inquiry(Consumer<Finding> then) throws Exception {
    var servers = new NameServers(List.of(NOBODY), Duration.ofSeconds(30), 2);
    var means =
        new Inquiry.Means(NoSockets.on(Transport.best()), servers, standing, new SecureRandom());
    return new Inquiry(loop, means, DomainName.parse("a.example"), Family.IPV4, then);
  }

  @Test
  void saysOnItsLoopThatNoSocketCouldBeOpenedAndBlamesNoNameServer() throws Exception {
    CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
    CompletableFuture<Finding> found = new CompletableFuture<>();
    Inquiry inquiry =
        inquiry(finding -> {
          onLoop.complete(loop.inEventLoop());
          found.complete(finding);
        });
    loop.execute(inquiry::start);
    assertThat(get(found))
        .isEqualTo(
            new Finding.Failed(
                new Failure(
                    Failure.Side.GATEWAY,
                    Failure.Kind.NO_SOCKET,
                    Failure.Retry.SAFE,
                    "Looking up a.example: the gateway can open no further socket (LimitNOFILE,"
                        + " ulimit -n) to the name server 127.0.0.1:1.")));
    assertThat(get(onLoop)).isTrue();
    var other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
    assertThat(standing.order(List.of(NOBODY, other))).containsExactly(NOBODY, other);
  }

  @Test
  void reportsNothingAfterItWasCancelledWithoutASocket() throws Exception {
    CompletableFuture<Finding> found = new CompletableFuture<>();
    Inquiry inquiry = inquiry(found::complete);
    CompletableFuture<Void> over = new CompletableFuture<>();
    loop.execute(() -> {
      inquiry.start();
      inquiry.cancel();
      loop.execute(() -> loop.execute(() -> over.complete(null)));
    });
    get(over);
    assertThat(found).isNotDone();
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
