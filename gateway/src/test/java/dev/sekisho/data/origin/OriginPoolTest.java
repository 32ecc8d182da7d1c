package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class OriginPoolTest {
  private static final Duration IDLE = Duration.ofHours(1);
  private static final Predicate<IpAddress> ANY = _ -> true;
  private static final IpAddress ONE = IpAddress.ofBytes(new byte[] {(byte) 192, 0, 2, 1});
  private static final IpAddress TWO = IpAddress.ofBytes(new byte[] {(byte) 192, 0, 2, 2});
  private static final OriginPool.Key A = key("a.example", 80);
  private static final OriginPool.Key B = key("b.example", 80);

  /** Only its event loop is used: its time passes when the test says so. */
  private final EmbeddedChannel clock = new EmbeddedChannel();

  private final OriginPool pool = pool(10, 100);

  @Test
  void givesOutTheOneUsedLastFirst() {
    PooledConnection first = connection(ONE);
    PooledConnection second = connection(ONE);
    pool.give(A, first);
    pool.give(A, second);
    assertThat(pool.take(A, ANY)).isSameAs(second);
    assertThat(pool.take(A, ANY)).isSameAs(first);
    assertThat(pool.take(A, ANY)).isNull();
    assertThat(pool.size()).isZero();
  }

  @Test
  void keepsOriginsPortsAndSourcesApart() {
    pool.give(A, connection(ONE));
    assertThat(pool.take(B, ANY)).isNull();
    assertThat(pool.take(key("a.example", 8080), ANY)).isNull();
    assertThat(pool.take(new OriginPool.Key(A.origin(), Optional.of(TWO)), ANY)).isNull();
    assertThat(pool.take(key("a.example", 80), ANY)).isNotNull();
  }

  @Test
  void givesOutOnlyWhatTheCallerStillPermits() {
    PooledConnection one = connection(ONE);
    PooledConnection two = connection(TWO);
    pool.give(A, one);
    pool.give(A, two);
    assertThat(pool.take(A, ONE::equals)).isSameAs(one);
    assertThat(pool.take(A, ONE::equals)).isNull();
    assertThat(pool.size()).isOne();
    assertThat(pool.take(A, ANY)).isSameAs(two);
  }

  @Test
  void neverGivesOutAConnectionThatWasClosedMeanwhile() {
    PooledConnection connection = connection(ONE);
    pool.give(A, connection);
    connection.channel().close();
    assertThat(pool.size()).isZero();
    assertThat(pool.take(A, ANY)).isNull();
  }

  @Test
  void closesAConnectionWhoseOriginSpeaksUnasked() {
    PooledConnection connection = connection(ONE);
    pool.give(A, connection);
    ByteBuf answer = Unpooled.copiedBuffer("HTTP/1.1 200 OK", java.nio.charset.StandardCharsets.US_ASCII);
    ((EmbeddedChannel) connection.channel()).writeInbound(answer);
    assertThat(answer.refCnt()).isZero();
    assertThat(connection.channel().isOpen()).isFalse();
    assertThat(pool.take(A, ANY)).isNull();
  }

  @Test
  void closesAConnectionWhoseOriginHasSaidItsLastWord() {
    PooledConnection connection = connection(ONE);
    pool.give(A, connection);
    connection.channel().pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(connection.channel().isOpen()).isFalse();
    assertThat(pool.size()).isZero();
  }

  @Test
  void closesAConnectionThatFailsWhileIdle() {
    PooledConnection connection = connection(ONE);
    pool.give(A, connection);
    connection.channel().pipeline().fireExceptionCaught(new IOException("reset"));
    assertThat(connection.channel().isOpen()).isFalse();
    assertThat(pool.size()).isZero();
  }

  @Test
  void takesItsGuardOutOfThePipelineAgain() {
    PooledConnection connection = connection(ONE);
    List<String> before = connection.channel().pipeline().names();
    pool.give(A, connection);
    assertThat(connection.channel().pipeline().names()).hasSize(before.size() + 1);
    pool.take(A, ANY);
    assertThat(connection.channel().pipeline().names()).isEqualTo(before);
    assertThat(connection.channel().config().isAutoRead()).isFalse();
  }

  @Test
  void closesTheOldestOfAnOriginThatHasTooMany() {
    OriginPool small = pool(2, 100);
    List<PooledConnection> all = fill(small, A, 3);
    assertThat(all).extracting(each -> each.channel().isOpen()).containsExactly(false, true, true);
    assertThat(small.size()).isEqualTo(2);
  }

  @Test
  void closesTheOldestOfAllWhenThereAreTooMany() {
    OriginPool small = pool(10, 3);
    List<PooledConnection> a = fill(small, A, 2);
    List<PooledConnection> b = fill(small, B, 2);
    assertThat(a).extracting(each -> each.channel().isOpen()).containsExactly(false, true);
    assertThat(b).extracting(each -> each.channel().isOpen()).containsExactly(true, true);
    assertThat(small.size()).isEqualTo(3);
  }

  @Test
  void keepsOnlyTheNewestWhereOnePerOriginIsAllowed() {
    OriginPool small = pool(1, 1);
    List<PooledConnection> all = fill(small, A, 3);
    assertThat(all).extracting(each -> each.channel().isOpen()).containsExactly(false, false, true);
    assertThat(small.take(A, ANY)).isSameAs(all.get(2));
  }

  @Test
  void keepsNothingWherePoolingIsOff() {
    PooledConnection connection = connection(ONE);
    pool(0, 100).give(A, connection);
    assertThat(connection.channel().isOpen()).isFalse();
  }

  @Test
  void closesWhatWasIdleTooLong() {
    PooledConnection old = connection(ONE);
    pool.give(A, old);
    pass(40);
    PooledConnection young = connection(ONE);
    pool.give(A, young);
    pass(19);
    assertThat(old.channel().isOpen()).isTrue();
    pass(1);
    assertThat(old.channel().isOpen()).isFalse();
    assertThat(young.channel().isOpen()).isTrue();
    pass(40);
    assertThat(young.channel().isOpen()).isFalse();
    assertThat(pool.size()).isZero();
  }

  @Test
  void countsIdleTimeFromTheLastReturn() {
    PooledConnection connection = connection(ONE);
    pool.give(A, connection);
    pass(50);
    assertThat(pool.take(A, ANY)).isSameAs(connection);
    pool.give(A, connection.used());
    pass(50);
    assertThat(connection.channel().isOpen()).isTrue();
    PooledConnection taken = pool.take(A, ANY);
    assertThat(taken).isNotNull();
    assertThat(taken.useCount()).isEqualTo(connection.useCount() + 1);
  }

  @Test
  void closesAllAtTheEndAndWhateverComesLater() {
    List<PooledConnection> all = new ArrayList<>(fill(pool, A, 3));
    pool.close();
    PooledConnection late = connection(ONE);
    pool.give(A, late);
    all.add(late);
    assertThat(all).noneMatch(each -> each.channel().isOpen());
    assertThat(pool.size()).isZero();
  }

  private OriginPool pool(int perOrigin, int total) {
    clock.freezeTime();
    return new OriginPool(clock.eventLoop(), new OriginConfig.PoolLimits(IDLE, perOrigin, total));
  }

  private void pass(int minutes) {
    clock.advanceTimeBy(minutes, TimeUnit.MINUTES);
    clock.runScheduledPendingTasks();
  }

  private static List<PooledConnection> fill(OriginPool pool, OriginPool.Key key, int count) {
    List<PooledConnection> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PooledConnection connection = connection(ONE);
      pool.give(key, connection);
      all.add(connection);
    }
    return all;
  }

  private static PooledConnection connection(IpAddress address) {
    return new PooledConnection(new EmbeddedChannel(new ChannelInboundHandlerAdapter()), address, 1);
  }

  private static OriginPool.Key key(String name, int port) {
    return new OriginPool.Key(new Authority(new DomainName(name), port), Optional.empty());
  }
}
