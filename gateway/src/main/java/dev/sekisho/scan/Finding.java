package dev.sekisho.scan;

import java.util.Optional;

/** What one engine says of one view of a body. */
sealed interface Finding {
  /**
   * It was read to its end, and nothing was found.
   *
   * @param caveat what this engine is known not to look at without saying so
   */
  record Nothing(Optional<String> caveat) implements Finding {
    Nothing() {
      this(Optional.empty());
    }
  }

  /** Nothing bad was found, and the engine wants something else to be delivered (ICAP). */
  record Replaced(Replacement by) implements Finding {}

  /**
   * @param name as the engine calls it
   * @param page what the engine says to the client (ICAP)
   */
  record Found(String name, Optional<Replacement> page) implements Finding {
    Found(String name) {
      this(name, Optional.empty());
    }
  }

  /** Not, or not to its end. */
  record Unable(Fault fault) implements Finding {}

  static Unable unable(Verdict.Reason reason, String detail) {
    return new Unable(new Fault(reason, detail));
  }
}
