package dev.sekisho.policy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;

/** The time of an exchange as people in the configured zone read it off the wall. */
record CelTime(ZoneId zone) {
  ZonedDateTime at(long micros) {
    return Instant.ofEpochSecond(
            TimeUnit.MICROSECONDS.toSeconds(micros), Math.floorMod(micros, 1_000_000L) * 1000)
        .atZone(zone);
  }
}
