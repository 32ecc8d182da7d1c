package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.http1.HeadLimits;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OriginPoolTest {
  private static final IpAddress ADDRESS = IpAddress.v4(192 << 24 | 2 << 8 | 1);
  private static final long SECOND = 1_000_000_000L;

  private static OriginPool pool(int perOrigin, int total) {
    return new OriginPool(new OriginConfig.PoolLimits(Duration.ofSeconds(60), perOrigin, total));
  }

  private static OriginKey key(String name) {
    return new OriginKey(new Authority(new DomainName(name), 80), OriginKey.Security.PLAIN, "");
  }

  private static OriginConnection connection() {
    return new OriginConnection(new EmbeddedChannel(), ADDRESS, HeadLimits.DEFAULT);
  }

  private static @Nullable OriginConnection take(OriginPool pool, String name, long now) {
    return pool.take(key(name), List.of(ADDRESS), Long.MAX_VALUE, now);
  }

  @Test
  void theOneUsedLastIsUsedNext() {
    OriginPool pool = pool(4, 4);
    OriginConnection first = connection();
    OriginConnection second = connection();
    pool.give(key("a.example"), first, 1);
    pool.give(key("a.example"), second, 2);
    assertThat(take(pool, "a.example", 3)).isSameAs(second);
    assertThat(take(pool, "a.example", 3)).isSameAs(first);
    assertThat(take(pool, "a.example", 3)).isNull();
  }

  @Test
  void whereThereAreTooManyTheOldestMakesRoom() {
    OriginPool pool = pool(4, 2);
    OriginConnection once = connection();
    OriginConnection always = connection();
    pool.give(key("once.example"), once, 1);
    pool.give(key("always.example"), always, 2);
    pool.give(key("new.example"), connection(), 3);
    assertThat(once.idle()).isFalse();
    assertThat(pool.size()).isEqualTo(2);
    assertThat(take(pool, "once.example", 4)).isNull();
    assertThat(take(pool, "always.example", 4)).isSameAs(always);
    assertThat(pool.size()).isEqualTo(1);
  }

  @Test
  void noMoreRestToOneOriginThanItMayHave() {
    OriginPool pool = pool(1, 4);
    OriginConnection first = connection();
    OriginConnection second = connection();
    pool.give(key("a.example"), first, 1);
    pool.give(key("a.example"), second, 2);
    assertThat(second.idle()).isFalse();
    assertThat(take(pool, "a.example", 3)).isSameAs(first);
  }

  @Test
  void oneThatMayKeepNoneKeepsNone() {
    OriginPool pool = pool(4, 0);
    OriginConnection connection = connection();
    pool.give(key("a.example"), connection, 1);
    assertThat(connection.idle()).isFalse();
    assertThat(pool.size()).isZero();
  }

  @Test
  void thoseThatGrowOldTogetherAreClosedAFewAtOnce() {
    OriginPool pool = pool(100, 100);
    List<OriginConnection> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(connection());
      pool.give(key(i % 7 + ".example"), all.getLast(), i);
    }
    pool.give(key("young.example"), connection(), 30 * SECOND);
    long later = 61 * SECOND;
    assertThat(pool.sweep(later)).isEqualTo(OriginPool.Swept.SOME);
    assertThat(all).filteredOn(OriginConnection::idle).hasSizeBetween(20, 30);
    while (pool.sweep(later) == OriginPool.Swept.SOME) {
      assertThat(all).filteredOn(OriginConnection::idle).isNotEmpty();
    }
    assertThat(all).noneMatch(OriginConnection::idle);
    assertThat(pool.size()).isEqualTo(1);
    assertThat(take(pool, "young.example", later)).isNotNull();
  }

  @Test
  void thoseThatTheirOriginClosedAreForgotten() {
    OriginPool pool = pool(4, 4);
    OriginConnection ended = connection();
    pool.give(key("a.example"), connection(), 1);
    pool.give(key("a.example"), ended, 2);
    ended.close();
    assertThat(pool.sweep(SECOND)).isEqualTo(OriginPool.Swept.ALL);
    assertThat(pool.size()).isEqualTo(1);
  }
}
