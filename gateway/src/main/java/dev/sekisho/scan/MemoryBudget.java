package dev.sekisho.scan;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all bodies under scan may hold together. */
final class MemoryBudget {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  MemoryBudget(long most) {
    this.most = most;
  }

  /** All of it or nothing. */
  boolean reserve(long bytes) {
    long before = held.get();
    while (bytes <= most - before) {
      if (held.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = held.get();
    }
    return false;
  }

  void release(long bytes) {
    held.addAndGet(-bytes);
  }

  long held() {
    return held.get();
  }
}
