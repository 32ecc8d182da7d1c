package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.RefusalFlood;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;

/** Writes one record for the refusals of one sort and client that were only counted. */
record FloodRecords(Journal journal, Journal.Appender appender) implements RefusalFlood.Settlement {
  /** They came from many ports: the record names none. */
  private static final int NO_PORT = -1;

  @Override
  public void settle(IpAddress client, RefusalFlood.Sort sort, long more) {
    long now = WallClock.micros();
    Record record =
        new Record(journal.newId(now), now, sort.listener(), sort.mode(), client.text(), NO_PORT);
    record.endMicros = now;
    record.durationMicros = 0;
    record.decision = sort.decision();
    record.reason = "More refusals of this client than are recorded one by one.";
    record.errorSide = sort.errorSide();
    record.errorKind = sort.errorKind();
    record.repeats = more;
    record.fate = Record.Fate.NONE;
    appender.closed(record);
  }
}
