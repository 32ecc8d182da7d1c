package dev.sekisho.scan;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The arrays in which bodies go to their files, used again and again: new ones for each would
 * outlive young collections where many bodies come at once, and fill the heap to its limit.
 */
final class Chunks {
  static final int SIZE = 64 << 10;

  /** What is kept unused: 64 MiB. */
  private static final int MOST_KEPT = 1024;

  private final ArrayBlockingQueue<byte[]> unused = new ArrayBlockingQueue<>(MOST_KEPT);
  private final AtomicLong made = new AtomicLong();

  /** One of {@link #SIZE} bytes, with anything in it. */
  byte[] take() {
    byte[] chunk = unused.poll();
    if (chunk == null) {
      made.incrementAndGet();
      return new byte[SIZE];
    }
    return chunk;
  }

  /**
   * Whoever gives it back must not look at it again; of another size it is left to the collector.
   */
  void giveBack(byte[] chunk) {
    if (chunk.length == SIZE) {
      boolean _ = unused.offer(chunk);
    }
  }

  /** How many were made so far. */
  long made() {
    return made.get();
  }
}
