package dev.sekisho.data.inspect;

import dev.sekisho.config.Section;
import dev.sekisho.data.exchange.Unopened;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The section {@code inspect} but for {@code never}, which is policy's.
 *
 * @param cannotOpen what becomes of what cannot be opened
 */
public record InspectConfig(
    AuthorityConfig authority, Map<Unopened, Unopened.Outcome> cannotOpen, Limits limits) {
  /**
   * How long things may take.
   *
   * @param silence how long a client may say nothing before it is taken to wait for the server
   * @param handshake from the client's first byte to the end of the handshake
   */
  public record Limits(Duration silence, Duration handshake) {
    static final Limits USUAL = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  public InspectConfig {
    cannotOpen = Map.copyOf(cannotOpen);
  }

  /**
   * Reads everything but {@code never}; policy ends the section.
   *
   * @param folder relative paths start here
   */
  public static InspectConfig read(Section inspect, Path folder) {
    Map<Unopened, Unopened.Outcome> outcomes = new EnumMap<>(Unopened.class);
    for (Unopened why : Unopened.values()) {
      outcomes.put(why, Unopened.Outcome.DENY);
    }
    inspect
        .section("cannot-open")
        .ifPresent(section -> {
          for (Unopened why : Unopened.values()) {
            outcomes.put(
                why, section.choice(why.word(), Unopened.Outcome.class, Unopened.Outcome.DENY));
          }
          section.end();
        });
    return new InspectConfig(
        AuthorityConfig.read(inspect, folder),
        outcomes,
        new Limits(
            limit(inspect, "first-bytes", Limits.USUAL.silence),
            limit(inspect, "handshake-timeout", Limits.USUAL.handshake)));
  }

  private static Duration limit(Section inspect, String key, Duration otherwise) {
    Duration read = inspect.duration(key, otherwise);
    if (read.compareTo(Duration.ofMillis(100)) >= 0 && read.compareTo(Duration.ofMinutes(5)) <= 0) {
      return read;
    }
    inspect.problems().error(inspect.markOf(key), "inspect." + key + ": expected 100ms to 5m.");
    return otherwise;
  }
}
