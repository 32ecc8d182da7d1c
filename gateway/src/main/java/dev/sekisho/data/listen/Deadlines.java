package dev.sekisho.data.listen;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Time limits of one event loop's connections. A timer per request would cost more than the
 * request's parsing; instead every connection holds one deadline, and all of them are looked at
 * every quarter of a second. Limits are in seconds, so that is exact enough.
 */
final class Deadlines {
  private static final long SWEEP_MILLIS = 250;

  private final Set<Expiring> all = new LinkedHashSet<>();
  private long nowNanos = System.nanoTime();
  private final ScheduledFuture<?> sweeper;

  Deadlines(EventLoop loop) {
    sweeper =
        loop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * {@link System#nanoTime} as of the last look, at most a quarter of a second ago while the loop
   * runs freely. Reading the clock costs more than anything else that is done to a deadline, and a
   * request moves its deadline five times.
   */
  long nowNanos() {
    return nowNanos;
  }

  void add(Expiring expiring) {
    all.add(expiring);
  }

  void remove(Expiring expiring) {
    all.remove(expiring);
  }

  void stop() {
    sweeper.cancel(false);
  }

  private void sweep() {
    nowNanos = System.nanoTime();
    ArrayList<Expiring> expired = new ArrayList<>();
    for (Expiring expiring : all) {
      if (expiring.deadlineNanos() - nowNanos <= 0) {
        expired.add(expiring);
      }
    }
    for (Expiring expiring : expired) {
      try {
        expiring.expired();
      } catch (RuntimeException defect) {
        // One connection's defect must not take the time limits from all others.
        expiring.defective(defect);
      }
    }
  }

  interface Expiring {
    /** By the clock of {@link Deadlines#nowNanos}. */
    long deadlineNanos();

    void expired();

    /** Ending it went wrong. */
    void defective(Throwable cause);
  }
}
