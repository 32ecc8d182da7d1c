package dev.sekisho.data.exchange;

import dev.sekisho.scan.Verdict;

/** What became of having a body scanned. */
public sealed interface Scanned {
  /** There is no body. */
  record Nothing() implements Scanned {}

  record Judged(Verdict verdict) implements Scanned {}

  Scanned NOTHING = new Nothing();
}
