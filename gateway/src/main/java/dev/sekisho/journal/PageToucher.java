package dev.sekisho.journal;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that makes pages writable before a loop comes to them. It sleeps until a loop has used half of what was touched, and
 * never waits for disk space: when a loop lacks a next segment, it wakes the thread that does.
 */
final class PageToucher implements Runnable {
  private final List<SegmentAppender> appenders;
  private final Kernel kernel;
  private final Thread preparing;
  private final long segmentSize;
  private volatile boolean stopped;

  PageToucher(List<SegmentAppender> appenders, Kernel kernel, Thread preparing, long segmentSize) {
    this.appenders = appenders;
    this.kernel = kernel;
    this.preparing = preparing;
    this.segmentSize = segmentSize;
  }

  @Override
  public void run() {
    while (!stopped) {
      for (SegmentAppender appender : appenders) {
        MappedSegment current = appender.current();
        if (current != null) {
          touch(current);
        }
        if (appender.sparesMissing(segmentSize) > 0) {
          LockSupport.unpark(preparing);
        }
      }
      LockSupport.park(this);
    }
  }

  void stop() {
    stopped = true;
  }

  /** A segment that was rolled away may be unmapped at any moment; then there is nothing to touch. */
  private void touch(MappedSegment segment) {
    try {
      segment.touch(kernel, SegmentAppender.WINDOW);
    } catch (IllegalStateException _) {
      // unmapped: the loop is elsewhere by now
    }
  }
}
