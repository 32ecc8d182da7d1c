package dev.sekisho.data.listen;

import java.time.Instant;

/** The time of day as records have it. */
final class WallClock {
  private WallClock() {}

  /** Microseconds since 1970, UTC. */
  static long micros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
