package dev.sekisho.data.listen;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How late an event loop is for its own clock: the one number that tells a loop that is kept from
 * its work. Keeps the worst of the last ten seconds.
 */
final class LoopLag {
  private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int BEATS_KEPT = 100;

  private final long[] recent = new long[BEATS_KEPT];
  private final AtomicLong worst = new AtomicLong();
  private final EventLoop loop;
  private int beat;
  private long due;

  private LoopLag(EventLoop loop) {
    this.loop = loop;
  }

  static LoopLag watch(EventLoop loop) {
    LoopLag lag = new LoopLag(loop);
    lag.due = System.nanoTime() + BEAT_NANOS;
    var unused = loop.schedule(lag::beat, BEAT_NANOS, TimeUnit.NANOSECONDS);
    return lag;
  }

  double worstSeconds() {
    return worst.get() / 1e9;
  }

  private void beat() {
    long now = System.nanoTime();
    recent[beat] = Math.max(0, now - due);
    beat = (beat + 1) % BEATS_KEPT;
    long most = 0;
    for (long late : recent) {
      most = Math.max(most, late);
    }
    worst.set(most);
    due = now + BEAT_NANOS;
    if (!loop.isShuttingDown()) {
      var unused = loop.schedule(this::beat, BEAT_NANOS, TimeUnit.NANOSECONDS);
    }
  }
}
