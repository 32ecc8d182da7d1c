package dev.sekisho.scan;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one engine is.
 *
 * @param engine what it is and where, such as {@code clamd at unix:/run/clamav/clamd.ctl}
 * @param since when it came into this state
 * @param detail one sentence: its version, or what is wrong with it
 * @param signatures its signatures' version and date, where it has said so
 * @param blind what it calls clean without having looked, as far as that is known
 */
public record EngineStatus(
    String engine,
    State state,
    Instant since,
    String detail,
    @Nullable Signed signatures,
    Set<Blind> blind) {
  public EngineStatus {
    blind = Set.copyOf(blind);
  }

  EngineStatus(
      String engine, State state, Instant since, String detail, @Nullable Signed signatures) {
    this(engine, state, since, detail, signatures, Set.of());
  }

  /** Whether bodies can be given to it. */
  public enum State {
    /** Not asked yet. */
    UNKNOWN,
    UP,
    DOWN
  }

  /** What an engine may call clean without having looked at it, and without saying so. */
  public enum Blind {
    /** Archives that only a password opens. */
    ENCRYPTED("encrypted archives", "AlertEncrypted"),
    /** What is nested deeper, or is more, than the engine's own limits let it look at. */
    LIMITS("what exceeds its limits", "AlertExceedsMax");

    private final String what;
    private final String setting;

    Blind(String what, String setting) {
      this.what = what;
      this.setting = setting;
    }

    /** In the words of a sentence. */
    String what() {
      return what;
    }

    /** The key of clamd.conf that makes it tell. */
    String setting() {
      return setting;
    }

    /** As metrics label it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * The signatures an engine has loaded.
   *
   * @param version as the engine numbers them
   * @param date when they were made
   */
  public record Signed(String version, Instant date) {}
}
