package dev.sekisho.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Monotonic time that passes only when a test says so. */
public final class ManualTicker implements com.github.benmanes.caffeine.cache.Ticker {
  private final AtomicLong nanos = new AtomicLong(1);

  @Override
  public long read() {
    return nanos.get();
  }

  public void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
