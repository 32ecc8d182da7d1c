package dev.sekisho.scan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one engine is.
 *
 * @param engine what it is and where, such as {@code clamd at unix:/run/clamav/clamd.ctl}
 * @param since when it came into this state
 * @param detail one sentence: its version, or what is wrong with it
 * @param signatures its signatures' version and date, where it has said so
 */
public record EngineStatus(
    String engine, State state, Instant since, String detail, @Nullable Signed signatures) {

  /** Whether bodies can be given to it. */
  public enum State {
    /** Not asked yet. */
    UNKNOWN,
    UP,
    DOWN
  }

  /**
   * The signatures an engine has loaded.
   *
   * @param version as the engine numbers them
   * @param date when they were made; null where the engine does not say (ICAP)
   */
  public record Signed(String version, @Nullable Instant date) {}
}
