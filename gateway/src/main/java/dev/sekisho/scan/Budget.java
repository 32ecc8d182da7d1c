package dev.sekisho.scan;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all held bodies may take together, of memory or of disk. */
final class Budget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  Budget(long most) {
    this.most = most;
  }

  /** All of it or nothing. */
  boolean reserve(long bytes) {
    long before = taken.get();
    while (bytes <= most - before) {
      if (taken.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = taken.get();
    }
    return false;
  }

  void release(long bytes) {
    taken.addAndGet(-bytes);
  }

  long taken() {
    return taken.get();
  }
}
