package dev.sekisho.journal;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that works ahead of the event loops: it takes disk space for the next segments and touches pages before a loop comes to
 * them. It sleeps until a loop has used half of what was touched; while the disk is full it tries again four times a second.
 */
final class SpacePreparer implements Runnable {
  private static final long RETRY_NANOS = 250_000_000L;

  private final List<SegmentAppender> appenders;
  private final SegmentFolder folder;
  private final Reserve reserve;
  private final Condition condition;
  private final InstantSource clock;
  private final long segmentSize;
  private volatile boolean stopped;

  SpacePreparer(List<SegmentAppender> appenders, Places places, Condition condition, long segmentSize) {
    this.appenders = appenders;
    this.folder = places.folder;
    this.reserve = places.reserve;
    this.condition = condition;
    this.clock = places.clock;
    this.segmentSize = segmentSize;
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

  /** Touches what comes next and makes the segments that are missing; whether all of them could be made. */
  synchronized boolean prepare(SegmentAppender appender) {
    MappedSegment current = appender.current();
    if (current != null) {
      touch(current);
    }
    while (appender.sparesMissing(segmentSize) > 0 && !stopped) {
      try {
        MappedSegment spare = folder.create(appender.loop(), segmentSize, IsoTime.micros(clock.instant()));
        spare.touch(SegmentAppender.WINDOW);
        appender.addSpare(spare);
      } catch (IOException | RuntimeException e) {
        condition.spaceFails(String.valueOf(e.getMessage()));
        return false;
      }
    }
    return true;
  }

  /** A segment that was rolled away may be unmapped at any moment; then there is nothing to touch. */
  private static void touch(MappedSegment segment) {
    try {
      segment.touch(SegmentAppender.WINDOW);
    } catch (IllegalStateException _) {
      // unmapped: the loop is elsewhere by now
    }
  }
}
