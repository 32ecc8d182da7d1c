package dev.sekisho.journal;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that takes disk space for the next segments of the event loops. It sleeps until one is
 * missing; while the disk is full it tries again four times a second.
 */
final class SpacePreparer implements Runnable {
  private static final long RETRY_NANOS = 250_000_000L;

  private final List<SegmentAppender> appenders;
  private final SegmentFolder folder;
  private final Reserve reserve;
  private final Condition condition;
  private final InstantSource clock;
  private final long segmentSize;

  /** Whether a segment's name must be on the disk before the first record is. */
  private final boolean always;

  private volatile boolean stopped;

  SpacePreparer(
      List<SegmentAppender> appenders, Places places, Condition condition, JournalConfig config) {
    this.appenders = appenders;
    this.folder = places.folder;
    this.reserve = places.reserve;
    this.condition = condition;
    this.clock = places.clock;
    this.segmentSize = config.space().segment();
    this.always = config.sync() instanceof JournalConfig.Sync.Always;
  }

  /** Where segments are made, and when. */
  record Places(SegmentFolder folder, Reserve reserve, InstantSource clock) {}

  @Override
  public void run() {
    while (!stopped) {
      if (prepareAll()) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, RETRY_NANOS);
      }
    }
  }

  void stop() {
    stopped = true;
  }

  private boolean prepareAll() {
    boolean complete = true;
    for (SegmentAppender appender : appenders) {
      complete &= prepare(appender);
    }
    if (complete) {
      condition.spaceThere();
    }
    return complete && reserve.restore();
  }

  /** Makes the segments that are missing; whether all of them could be made. */
  synchronized boolean prepare(SegmentAppender appender) {
    while (appender.sparesMissing(segmentSize) > 0 && !stopped) {
      try {
        MappedSegment spare =
            folder.create(appender.loop(), segmentSize, IsoTime.micros(clock.instant()));
        if (always) {
          folder.forceNames();
        }
        spare.touch(SegmentAppender.WINDOW);
        appender.addSpare(spare);
      } catch (IOException | RuntimeException e) {
        condition.spaceFails(String.valueOf(e.getMessage()));
        return false;
      }
    }
    return true;
  }
}
