package dev.sekisho.journal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * Appends under load until it is killed. After each append that returned, it says so in a file
 * shared with the test: for each loop, how many records were opened and how many closed.
 */
final class WriterProcess {
  static final int LOOPS = 2;
  static final int ACKNOWLEDGED = LOOPS * 64;
  private static final int UNDER_WAY = 50;

  /**
   * Appends at full speed between two short rests, without which the test would have gigabytes to
   * read.
   */
  private static final int BURST = 50;

  private final Journal journal;
  private final MemorySegment acknowledged;
  private final String run;

  private WriterProcess(Journal journal, MemorySegment acknowledged, String run) {
    this.journal = journal;
    this.acknowledged = acknowledged;
    this.run = run;
  }

  public static void main(String[] args) throws Exception {
    Journal journal = SegmentJournal.open(Samples.small(), Path.of(args[0]));
    try (FileChannel file =
        FileChannel.open(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment acknowledged =
          file.map(FileChannel.MapMode.READ_WRITE, 0, ACKNOWLEDGED, Arena.global());
      WriterProcess process = new WriterProcess(journal, acknowledged, args[2]);
      for (int loop = 0; loop < LOOPS; loop++) {
        int number = loop;
        Thread.ofPlatform().name("loop-" + loop).start(() -> process.append(number));
      }
    }
  }

  private void append(int loop) {
    Journal.Appender appender = journal.appender();
    ArrayDeque<Record> open = new ArrayDeque<>();
    long closed = 0;
    for (long opened = 1; ; opened++) {
      long now = System.currentTimeMillis() * 1000;
      Record record =
          Samples.get(
              journal.newId(now),
              now,
              "http://downloads.example.com/" + "x".repeat((int) (opened % 700)));
      record.device = run + "/" + loop + "/" + opened;
      if (appender.opened(record) instanceof Journal.Appended.Refused) {
        Thread.yield();
        opened--;
        continue;
      }
      acknowledge(loop * 64L, opened);
      open.add(record);
      if (opened % BURST == 0) {
        LockSupport.parkNanos(1_000_000);
      }
      if (open.size() > UNDER_WAY) {
        appender.closed(Samples.finish(open.remove()));
        acknowledge(loop * 64L + 8, ++closed);
      }
    }
  }

  private void acknowledge(long at, long count) {
    acknowledged.set(ValueLayout.JAVA_LONG, at, count);
  }
}
