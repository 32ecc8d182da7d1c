package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecureDialTest {
  private static final Transport TRANSPORT = Transport.best();
  private static final OriginKey.Security.Tls SECURITY = new OriginKey.Security.Tls("");

  private EventLoopGroup homes;
  private EventLoopGroup aways;
  private ServerSocket origin;

  /** A TLS that cannot even begin. */
  private static final class Throwing implements OriginTls {
    @Override
    public Dialler.Attempt secure(
        Channel channel, Host host, int port, OriginKey.Security.Tls key, Consumer<Secured> then) {
      throw new IllegalStateException("no engine");
    }

    @Override
    public OriginKey.Security.Tls securityFor(Host host) {
      return SECURITY;
    }
  }

  @BeforeEach
  void start() throws Exception {
    homes = new MultiThreadIoEventLoopGroup(1, TRANSPORT.loops());
    aways = new MultiThreadIoEventLoopGroup(1, TRANSPORT.loops());
    origin = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    origin.close();
    homes.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    aways.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  private Dialler.Attempt begin(Consumer<SecureDial.Outcome> then) throws Exception {
    var dialler = new HappyEyeballs(OriginConfig.usual(), TRANSPORT, Optional.empty());
    var means = new SecureDial.Means(dialler, new Throwing(), aways.next());
    var to =
        new SecureDial.Destination(
            List.of(IpAddress.ofBytes(new byte[] {127, 0, 0, 1})),
            origin.getLocalPort(),
            new Authority(new DomainName("origin.example"), origin.getLocalPort()),
            SECURITY);
    return homes.submit(() -> SecureDial.begin(means, to, homes.next(), then)).sync().getNow();
  }

  @Test
  void aDefectInTheHandshakeIsToldToWhoWaits() throws Exception {
    var told = new CompletableFuture<SecureDial.Outcome>();
    begin(told::complete);
    try (Socket line = origin.accept()) {
      assertThat(told.get(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              SecureDial.Outcome.Defective.class,
              defect -> assertThat(defect.cause()).hasMessage("no engine"));
      line.setSoTimeout(10_000);
      assertThat(line.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whereHandshakesHaveEndedNobodyWaits() throws Exception {
    aways.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    var told = new CompletableFuture<SecureDial.Outcome>();
    begin(told::complete);
    assertThat(told.get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            SecureDial.Outcome.Failed.class,
            failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.DRAINING));
  }

  @Test
  void canBeGivenUpWhenHandshakesHaveEnded() throws Exception {
    var told = new CompletableFuture<SecureDial.Outcome>();
    Dialler.Attempt attempt = begin(told::complete);
    aways.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    assertThat(homes.submit(attempt::cancel).await().cause()).isNull();
  }
}
