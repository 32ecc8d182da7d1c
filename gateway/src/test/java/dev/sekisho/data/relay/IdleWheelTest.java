package dev.sekisho.data.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IdleWheelTest {
  private static final long SEED = 20_261_124L;

  private final IdleWheel wheel = new IdleWheel();
  private final DefaultEventLoop eventLoop = new DefaultEventLoop();
  private PumpLoop pump;

  @BeforeEach
  void start() throws Exception {
    pump = new PumpLoop("wheel-test", new TunnelLimits(1, 1024, 0, 4096, 0));
  }

  @AfterEach
  void stop() {
    pump.close();
    eventLoop.shutdownGracefully();
  }

  @Test
  void endsEachTunnelAtItsTickHoweverTimeJumpsAndBytesMove() {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<SpliceTunnel, Long> due = new HashMap<>();
    Map<SpliceTunnel, Long> patience = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      // Up to four turns of the wheel.
      long ticks = 1L + random.nextInt(4096);
      SpliceTunnel tunnel = tunnel(ticks);
      wheel.add(tunnel.idle, 0);
      patience.put(tunnel, ticks + 1);
      due.put(tunnel, ticks + 1);
    }
    long before = 0;
    for (long now = 1; !due.isEmpty(); now += 1 + random.nextInt(3)) {
      List<SpliceTunnel> ended = new ArrayList<>();
      wheel.advance(
          now,
          tunnel -> {
            wheel.remove(tunnel.idle);
            ended.add(tunnel);
          });
      for (SpliceTunnel tunnel : ended) {
        assertThat(due.remove(tunnel))
            .as("seed %d", SEED)
            .isGreaterThan(before)
            .isLessThanOrEqualTo(now);
      }
      long current = now;
      assertThat(due.values()).as("seed %d", SEED).allMatch(tick -> tick > current);
      for (SpliceTunnel tunnel : List.copyOf(due.keySet())) {
        if (now < 5000 && random.nextInt(2000) == 0) {
          tunnel.idle.active(now);
          due.put(tunnel, now + patience.getOrDefault(tunnel, 0L));
        }
      }
      before = now;
    }
    assertThat(wheel.isEmpty()).isTrue();
  }

  private SpliceTunnel tunnel(long ticks) {
    Duration idle = Duration.ofNanos(ticks * PumpLoop.TICK_NANOS);
    return new SpliceTunnel(
        pump, new SpliceTunnel.Sockets(-1, -1, null, null), idle, eventLoop, ended -> {});
  }
}
