package dev.sekisho.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's segments after the loop has left them: first to be finished, then to be settled.
 * A settled segment is not read by a restart any more, so every end of what was opened in it must
 * be durable before, also when that end stands in a later segment. Each step that fails stays to be
 * done, and is done again at the next pass. Used by one thread at a time.
 */
final class LoopSegments {
  /** A place in the loop's writing; what stands before it is complete. */
  private record Mark(MappedSegment segment, int position) {}

  private final SegmentAppender appender;
  private final InstantSource clock;
  private final JournalConfig.Sync sync;
  private final AtomicLong syncs;
  private final Deque<MappedSegment> unfinished = new ArrayDeque<>();
  private final Deque<MappedSegment> unsettled = new ArrayDeque<>();

  /** The ordinal of the last segment that was finished, and so forced whole. */
  private long finished;

  /** So many of the unsettled ones, from the oldest, had all their ends when the loop was here. */
  private int ended;

  private @Nullable Mark endsBefore;

  /**
   * @param syncs counts how often a segment was forced
   */
  LoopSegments(
      SegmentAppender appender, InstantSource clock, JournalConfig.Sync sync, AtomicLong syncs) {
    this.appender = appender;
    this.clock = clock;
    this.sync = sync;
    this.syncs = syncs;
  }

  SegmentAppender appender() {
    return appender;
  }

  /** Finishes what the loop has rolled away. */
  void finishFull() throws IOException {
    for (MappedSegment full = appender.nextFull(); full != null; full = appender.nextFull()) {
      unfinished.add(full);
    }
    for (MappedSegment next = unfinished.peek(); next != null; next = unfinished.peek()) {
      finish(next);
      unfinished.remove();
      unsettled.add(next);
      finished = next.ordinal();
    }
  }

  private void finish(MappedSegment full) throws IOException {
    if (!(sync instanceof JournalConfig.Sync.Never) && full.forceBehind(full.published())) {
      syncs.incrementAndGet();
    }
    full.unmap();
    SegmentFolder.finish(full.file(), full.published(), IsoTime.micros(clock.instant()));
  }

  /** Notes which segments have all their ends by now, and where the loop is. */
  void noteEnds() {
    if (endsBefore != null) {
      return;
    }
    ended = 0;
    for (MappedSegment segment : unsettled) {
      if (segment.open() > 0) {
        break;
      }
      ended++;
    }
    // Read after the counts of open records: an end is published before it is counted.
    MappedSegment current = appender.current();
    endsBefore = ended == 0 || current == null ? null : new Mark(current, current.published());
  }

  /** Settles what was noted, in order, as soon as everything up to there is durable. */
  void settle() throws IOException {
    Mark mark = endsBefore;
    if (mark == null || !durable(mark)) {
      return;
    }
    for (; ended > 0; ended--) {
      SegmentFolder.settle(unsettled.element().file());
      unsettled.remove();
    }
    endsBefore = null;
  }

  private boolean durable(Mark mark) {
    long ordinal = mark.segment.ordinal();
    return finished >= ordinal || finished == ordinal - 1 && mark.segment.synced() >= mark.position;
  }

  /**
   * When the loop has stopped: nothing is left to be done, and what was only prepared is deleted.
   */
  void finishAll() throws IOException {
    finishFull();
    MappedSegment current = appender.current();
    if (current != null) {
      finish(current);
      unsettled.add(current);
      finished = current.ordinal();
    }
    settle();
    noteEnds();
    settle();
    for (MappedSegment spare = appender.takeSpare(); spare != null; spare = appender.takeSpare()) {
      spare.unmap();
      Files.deleteIfExists(spare.file());
    }
  }
}
