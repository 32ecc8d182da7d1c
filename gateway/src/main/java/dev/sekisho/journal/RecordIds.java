package dev.sekisho.journal;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes ids that are strictly ordered within this process, also within one microsecond, across
 * event loops, and when the clock goes back. The 60 bits that RFC 9562 gives to time in version 7
 * with the finest clock (section 6.2, method 3: 48 bits of milliseconds, 12 bits of their fraction)
 * serve as one counter: an id takes the clock's value, or the last one given plus one when that is
 * greater. One step is a quarter of a microsecond, so a process that made more than four million
 * ids a second for long would run ahead of its clock, and would still be ordered. The other 62 bits
 * are random, so that nodes do not meet.
 */
public final class RecordIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long RANDOM_BITS = 0x3FFF_FFFF_FFFF_FFFFL;

  private final AtomicLong last = new AtomicLong();

  /** Mixed into the fast random numbers, whose own seed says too little about this process. */
  private final long salt = new SecureRandom().nextLong();

  /** The next id, for something that happened at this time (microseconds since 1970). */
  public RecordId next(long nowMicros) {
    long tick = nowMicros / 1000 << 12 | (nowMicros % 1000 << 12) / 1000;
    long before = last.get();
    long mine = Math.max(tick, before + 1);
    while (!last.compareAndSet(before, mine)) {
      before = last.get();
      mine = Math.max(tick, before + 1);
    }
    long high = mine >>> 12 << 16 | VERSION_7 | mine & 0xFFF;
    return new RecordId(
        high, VARIANT | (ThreadLocalRandom.current().nextLong() ^ salt) & RANDOM_BITS);
  }
}
