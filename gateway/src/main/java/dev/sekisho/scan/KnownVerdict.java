package dev.sekisho.scan;

import java.time.Duration;
import java.util.Optional;

/**
 * A verdict that is remembered: {@link Verdict.Clean} or {@link Verdict.Infected}, with nothing to
 * be delivered in the body's place.
 *
 * @param version of the engines that gave it
 * @param millis since 1970, when they did
 */
record KnownVerdict(Verdict verdict, String version, long millis) {
  /** Empty for what must not be remembered: it may be otherwise the next time. */
  static Optional<KnownVerdict> of(Verdict verdict, String version, long millis) {
    boolean lasting =
        switch (verdict) {
          case Verdict.Clean clean -> clean.instead().isEmpty();
          case Verdict.Infected infected -> infected.page().isEmpty();
          case Verdict.Unscanned _ -> false;
        };
    return lasting ? Optional.of(new KnownVerdict(verdict, version, millis)) : Optional.empty();
  }

  /** One from the future was made by another clock, and is not believed. */
  boolean holds(String nowVersion, long nowMillis, Duration keep) {
    long age = nowMillis - millis;
    return version.equals(nowVersion) && age >= 0 && age <= keep.toMillis();
  }
}
