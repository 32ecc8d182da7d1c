package dev.sekisho.testing;

import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.RecordId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A journal that keeps what it is told in memory, in order. */
public class MemoryJournal implements Journal {
  private final List<RecordId> opened = new CopyOnWriteArrayList<>();
  private final List<Record> closed = new CopyOnWriteArrayList<>();
  private final AtomicLong ids = new AtomicLong();
  private volatile Appended answer = new Appended.Written();

  /** What every append is answered from now on. */
  public void answers(Appended answer) {
    this.answer = answer;
  }

  public List<RecordId> opened() {
    return List.copyOf(opened);
  }

  public List<Record> closed() {
    return List.copyOf(closed);
  }

  /** The only closed record; waits until it is there. */
  public Record onlyClosed() throws InterruptedException {
    List<Record> all = awaitClosed(1);
    if (all.size() != 1) {
      throw new AssertionError("expected one closed record, found " + all.size());
    }
    return all.getFirst();
  }

  /** Waits up to five seconds until at least this many exchanges are closed. */
  public List<Record> awaitClosed(int count) throws InterruptedException {
    for (int i = 0; i < 500 && closed.size() < count; i++) {
      Thread.sleep(10);
    }
    if (closed.size() < count) {
      throw new AssertionError("expected " + count + " closed records, found " + closed.size());
    }
    return closed();
  }

  /** Waits up to five seconds for a closed record that is such. */
  public Record await(Predicate<Record> such) throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      for (Record record : closed) {
        if (such.test(record)) {
          return record;
        }
      }
      Thread.sleep(10);
    }
    throw new AssertionError("no such record among " + closed.size());
  }

  public void clear() {
    opened.clear();
    closed.clear();
  }

  @Override
  public Appender appender() {
    return new Appender() {
      @Override
      public Appended opened(Record record) {
        if (answer instanceof Appended.Written) {
          opened.add(record.id);
        }
        return answer;
      }

      @Override
      public Appended closed(Record record) {
        closed.add(record);
        return answer;
      }
    };
  }

  @Override
  public RecordId newId(long nowMicros) {
    return new RecordId(nowMicros << 16, ids.incrementAndGet());
  }

  @Override
  public Health health() {
    return answer instanceof Appended.Refused(String reason, OnFailure _)
        ? new Health.Failing(reason)
        : new Health.Writing();
  }

  @Override
  public Counters counters() {
    return new Counters(opened.size(), closed.size(), 0, 0, 0);
  }

  @Override
  public void close() {}
}
