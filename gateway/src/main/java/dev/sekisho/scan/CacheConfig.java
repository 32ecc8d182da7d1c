package dev.sekisho.scan;

import dev.sekisho.config.Section;
import java.time.Duration;

/**
 * Which verdicts are remembered ({@code scan.cache:}).
 *
 * @param entries how many; 0 for none
 * @param keep for how long after the scan
 */
public record CacheConfig(int entries, Duration keep) {
  static final CacheConfig DEFAULT = new CacheConfig(100_000, Duration.ofHours(24));

  private static final int MOST = 10_000_000;

  static CacheConfig read(Section section) {
    var config =
        new CacheConfig(
            section.integer("entries", DEFAULT.entries, 0, MOST),
            section.duration("keep", DEFAULT.keep));
    section.end();
    return config;
  }
}
