package dev.sekisho.journal;

import java.io.Closeable;

/**
 * Where every exchange is written down. One appender per event loop, so that no loop waits for
 * another.
 */
public interface Journal extends Closeable {
  /** A new appender for one event loop, for the life of that loop. */
  Appender appender();

  /** Makes ids; unique and ordered within this process. */
  RecordId newId(long nowMicros);

  /** Whether records can be written now; readiness and metrics show it. */
  Health health();

  /** Counters since the start. */
  Counters counters();

  /** Flushes, syncs and stops; appenders must not be used any more. */
  @Override
  void close();

  /** Used by one event loop only; never blocks. */
  interface Appender {
    /**
     * Writes that the exchange goes out; returns when the record survives the death of the process.
     */
    Appended opened(Record record);

    /**
     * Writes how the exchange ended. Space for the end of every opened record is reserved, so this
     * does not fail for lack of it. An exchange that was refused is closed without having been
     * opened; its record is dropped, and counted, when there is no space.
     */
    Appended closed(Record record);
  }

  sealed interface Appended {
    record Written() implements Appended {}

    /**
     * Not written, or written but refused by the disk that every record is to be on ({@code sync:
     * always}); {@code proceed} is what configuration says to do about it ({@code on-failure}). The
     * exchange is closed like any other.
     */
    record Refused(String reason, OnFailure proceed) implements Appended {}
  }

  enum OnFailure {
    /** The exchange must not go out. */
    REFUSE,
    /** The exchange may go out unrecorded. */
    PASS
  }

  sealed interface Health {
    record Writing() implements Health {}

    record Failing(String reason) implements Health {}
  }

  /**
   * @param opened opened records written
   * @param closed closed records written, of exchanges that were opened and of those that never
   *     were
   * @param refused opened records not written, and records of any kind that the disk did not take
   *     although each is to be on it
   * @param bytes bytes of segments written, padding included
   * @param syncs times that a segment was forced to the disk
   * @param dropped closed records of exchanges that were never opened, for which there was no space
   */
  record Counters(long opened, long closed, long refused, long bytes, long syncs, long dropped) {
    public Counters(long opened, long closed, long refused, long bytes, long syncs) {
      this(opened, closed, refused, bytes, syncs, 0);
    }
  }
}
