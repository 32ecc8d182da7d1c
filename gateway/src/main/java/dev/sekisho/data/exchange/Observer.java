package dev.sekisho.data.exchange;

import dev.sekisho.journal.Record;

/** Told once of every exchange that ended, after its record was written. Metrics listen here. */
public interface Observer {
  void ended(Record record);
}
