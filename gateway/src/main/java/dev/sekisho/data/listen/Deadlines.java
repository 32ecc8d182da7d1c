package dev.sekisho.data.listen;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Time limits of one event loop's connections. A timer per request would cost more than the request's parsing; instead every
 * connection holds one deadline, and all of them are looked at every quarter of a second. Limits are in seconds, so that is exact
 * enough.
 */
final class Deadlines {
  private static final long SWEEP_MILLIS = 250;

  private final Set<Expiring> all = new LinkedHashSet<>();
  private final @Nullable ScheduledFuture<?> sweeper;

  Deadlines(EventLoop loop) {
    sweeper = loop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  void add(Expiring expiring) {
    all.add(expiring);
  }

  void remove(Expiring expiring) {
    all.remove(expiring);
  }

  /** A copy, so that ending a connection may change the set. */
  Iterable<Expiring> snapshot() {
    return new ArrayList<>(all);
  }

  void stop() {
    if (sweeper != null) {
      sweeper.cancel(false);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    ArrayList<Expiring> expired = new ArrayList<>();
    for (Expiring expiring : all) {
      if (expiring.deadlineNanos() - now <= 0) {
        expired.add(expiring);
      }
    }
    expired.forEach(Expiring::expired);
  }

  interface Expiring {
    /** By {@link System#nanoTime}. */
    long deadlineNanos();

    void expired();
  }
}
