package dev.sekisho.journal;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that makes pages writable before a loop comes to them. It looks fifty times a second
 * while loops write, sleeps when they do not, and never waits for disk space: when a loop lacks a
 * next segment, it wakes the thread that does.
 */
final class PageToucher implements Runnable {
  /**
   * How often to look again while loops write: the kernel protects pages that it writes to the disk
   * when it likes, also those ahead.
   */
  private static final long AGAIN_NANOS = 20_000_000L;

  private final List<SegmentAppender> appenders;
  private final Thread preparing;
  private final long segmentSize;
  private volatile boolean stopped;

  PageToucher(List<SegmentAppender> appenders, Thread preparing, long segmentSize) {
    this.appenders = appenders;
    this.preparing = preparing;
    this.segmentSize = segmentSize;
  }

  @Override
  public void run() {
    long before = 0;
    while (!stopped) {
      long written = 0;
      for (SegmentAppender appender : appenders) {
        MappedSegment current = appender.current();
        if (current != null) {
          written += current.published();
          touch(current);
        }
        if (appender.sparesMissing(segmentSize) > 0) {
          LockSupport.unpark(preparing);
        }
      }
      if (written == before) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, AGAIN_NANOS);
      }
      before = written;
    }
  }

  void stop() {
    stopped = true;
  }

  /**
   * A segment that was rolled away may be unmapped at any moment; then there is nothing to touch.
   */
  private void touch(MappedSegment segment) {
    try {
      segment.touch(SegmentAppender.WINDOW);
    } catch (IllegalStateException _) {
      // unmapped: the loop is elsewhere by now
    }
  }
}
