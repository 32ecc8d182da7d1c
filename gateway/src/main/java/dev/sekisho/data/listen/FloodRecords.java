package dev.sekisho.data.listen;

import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;
import java.util.function.ObjLongConsumer;

/** Writes one record for the refusals of a client that were only counted. */
record FloodRecords(Journal journal, Journal.Appender appender)
    implements ObjLongConsumer<IpAddress> {
  @Override
  public void accept(IpAddress client, long more) {
    long now = WallClock.micros();
    Record record = new Record(journal.newId(now), now, "any", Record.Mode.PLAIN, client.text(), 0);
    record.endMicros = now;
    record.durationMicros = 0;
    record.decision = Record.Decided.DENY;
    record.reason = "More refusals of this client than are recorded one by one.";
    record.repeats = more;
    record.fate = Record.Fate.NONE;
    appender.closed(record);
  }
}
