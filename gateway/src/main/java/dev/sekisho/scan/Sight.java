package dev.sekisho.scan;

import dev.sekisho.scan.EngineStatus.Blind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an engine does not tell of: clamd, also behind an ICAP server, calls clean what it did not
 * look at, unless told to alert.
 */
sealed interface Sight {
  /** It has not been tried since it came up. */
  record Untried() implements Sight {}

  /**
   * @param blind empty for one that tells of everything it was tried with
   */
  record Tried(Set<Blind> blind) implements Sight {
    public Tried {
      blind = Set.copyOf(blind);
    }
  }

  default Set<Blind> blind() {
    return switch (this) {
      case Untried _ -> Set.of();
      case Tried(Set<Blind> blind) -> blind;
    };
  }

  /**
   * What has to be said of a body that this engine calls clean.
   *
   * @param engine its name in a sentence
   */
  default Optional<String> caveat(String engine) {
    return switch (this) {
      case Untried _ ->
          Optional.of(
              "whether "
                  + engine
                  + " tells of encrypted archives and of what exceeds its limits is not known yet");
      case Tried(Set<Blind> blind) when blind.isEmpty() -> Optional.empty();
      case Tried(Set<Blind> blind) -> Optional.of(engine + " does not tell of " + what(blind));
    };
  }

  /** Such as {@code encrypted archives and what exceeds its limits}. */
  static String what(Set<Blind> blind) {
    return String.join(" and ", ordered(blind).stream().map(Blind::what).toList());
  }

  /** What to write into clamd.conf. */
  static String settings(Set<Blind> blind) {
    return String.join(
        " and ", ordered(blind).stream().map(one -> "'" + one.setting() + " yes'").toList());
  }

  /** For the engine's version: what it finds depends on it. */
  default String words() {
    return String.join(",", ordered(blind()).stream().map(Blind::word).toList());
  }

  private static List<Blind> ordered(Set<Blind> blind) {
    return blind.isEmpty() ? List.of() : new ArrayList<>(EnumSet.copyOf(blind));
  }
}
