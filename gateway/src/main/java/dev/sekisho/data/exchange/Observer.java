package dev.sekisho.data.exchange;

import dev.sekisho.journal.Record;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;

/** Told of what becomes of exchanges, on their event loops. Metrics listen here. */
public interface Observer {
  /** Once of every exchange that ended, after its record was written. */
  void ended(Record record);

  /** Once of every body that was to be scanned, as soon as its fate is known. */
  default void judged(Scanner.Direction direction, Verdict verdict) {}
}
