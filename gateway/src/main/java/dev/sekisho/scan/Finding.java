package dev.sekisho.scan;

/** What one engine says of one view of a body. */
sealed interface Finding {
  /** It was read to its end, and nothing was found. */
  record Nothing() implements Finding {}

  /**
   * @param name as the engine calls it
   */
  record Found(String name) implements Finding {}

  /** Not, or not to its end. */
  record Unable(Fault fault) implements Finding {}

  static Unable unable(Verdict.Reason reason, String detail) {
    return new Unable(new Fault(reason, detail));
  }
}
