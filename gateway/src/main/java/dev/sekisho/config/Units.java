package dev.sekisho.config;

import java.time.Duration;
import java.util.Optional;

/** The unit types of configuration values and command-line options. */
public final class Units {
  /** Longer ones are a slip, and cannot all be counted in nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Units() {}

  /**
   * {@code 250ms}, {@code 30s}, {@code 5m}, {@code 12h}, {@code 400d}; empty when it is none of
   * these, or more than 36500 days.
   */
  public static Optional<Duration> duration(String text) {
    return anyDuration(text).filter(found -> found.compareTo(LONGEST) <= 0);
  }

  private static Optional<Duration> anyDuration(String text) {
    int split = digits(text);
    if (split == 0 || split > 12) {
      return Optional.empty();
    }
    long amount = Long.parseLong(text.substring(0, split));
    return switch (text.substring(split)) {
      case "ms" -> Optional.of(Duration.ofMillis(amount));
      case "s" -> Optional.of(Duration.ofSeconds(amount));
      case "m" -> Optional.of(Duration.ofMinutes(amount));
      case "h" -> Optional.of(Duration.ofHours(amount));
      case "d" -> Optional.of(Duration.ofDays(amount));
      default -> Optional.empty();
    };
  }

  /**
   * {@code 512}, {@code 64KiB}, {@code 1MiB}, {@code 10GiB}, {@code 2TiB}, in bytes; empty when it
   * is none of these.
   */
  public static Optional<Long> bytes(String text) {
    int split = digits(text);
    if (split == 0 || split > 12) {
      return Optional.empty();
    }
    long amount = Long.parseLong(text.substring(0, split));
    long unit =
        switch (text.substring(split)) {
          case "", "B" -> 1L;
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          case "TiB" -> 1L << 40;
          default -> 0L;
        };
    if (unit == 0 || amount > Long.MAX_VALUE / unit) {
      return Optional.empty();
    }
    return Optional.of(amount * unit);
  }

  private static int digits(String text) {
    int i = 0;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }
}
