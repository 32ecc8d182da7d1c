package dev.sekisho.data.origin;

import dev.sekisho.config.Section;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The {@code origin} section.
 *
 * @param connectTimeout over all addresses of an origin together
 */
public record OriginConfig(Duration connectTimeout, PoolLimits pool, OriginTlsConfig tls) {
  private static final Duration LEAST_CONNECT = Duration.ofMillis(100);
  private static final Duration GREATEST = Duration.ofDays(1);

  /**
   * Limits of the connections kept for reuse, for each event loop.
   *
   * @param idle how long one is kept unused
   * @param perOrigin to one origin at most; zero keeps none
   * @param total to all origins together at most
   */
  public record PoolLimits(Duration idle, int perOrigin, int total) {
    static final PoolLimits USUAL = new PoolLimits(Duration.ofSeconds(60), 64, 1_000);

    private static PoolLimits read(Section section) {
      var limits =
          new PoolLimits(
              span(section, "idle", USUAL.idle, Duration.ofSeconds(1)),
              section.integer("per-origin", USUAL.perOrigin, 0, 100_000),
              section.integer("total", USUAL.total, 0, 1_000_000));
      section.end();
      return limits;
    }
  }

  /** What holds when the section is absent. */
  public static OriginConfig usual() {
    return new OriginConfig(Duration.ofSeconds(10), PoolLimits.USUAL, OriginTlsConfig.usual());
  }

  /**
   * @param folder relative paths start here
   */
  public static OriginConfig read(Section section, Path folder) {
    OriginConfig usual = usual();
    var config =
        new OriginConfig(
            span(section, "connect-timeout", usual.connectTimeout, LEAST_CONNECT),
            section.section("pool").map(PoolLimits::read).orElse(usual.pool),
            OriginTlsConfig.read(
                section, folder, span(section, "tls-timeout", usual.tls.timeout(), LEAST_CONNECT)));
    section.end();
    return config;
  }

  private static Duration span(Section section, String key, Duration otherwise, Duration least) {
    Duration value = section.duration(key, otherwise);
    if (value.compareTo(least) >= 0 && value.compareTo(GREATEST) <= 0) {
      return value;
    }
    section
        .problems()
        .error(
            section.markOf(key),
            section.name() + "." + key + ": expected " + least.toMillis() + "ms to 1d.");
    return otherwise;
  }
}
