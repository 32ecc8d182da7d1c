package dev.sekisho.journal;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that waits for the disk, so that no event loop has to: at each interval it forces what
 * the loops have written, finishes segments that are full, and marks those whose records all have
 * their end (in order, so that a restart has to look at the later ones only).
 */
final class DiskSyncer implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskSyncer.class);
  private static final long TICK_NANOS = 1_000_000_000L;

  /** Time in which a loop under load certainly appends, and so goes on in a new page. */
  private static final long SEAL_NANOS = 2_000_000L;

  private final List<SegmentAppender> appenders;
  private final SegmentFolder folder;
  private final Thread touching;
  private final Condition condition;
  private final Retention retention;
  private final InstantSource clock;
  private final JournalConfig.Sync sync;
  private final AtomicLong syncs = new AtomicLong();
  private final Map<SegmentAppender, Deque<MappedSegment>> unsettled = new HashMap<>();
  private volatile boolean stopped;

  /** What the syncer works on. */
  record Work(
      List<SegmentAppender> appenders,
      SegmentFolder folder,
      Thread touching,
      Retention retention) {}

  DiskSyncer(Work work, Condition condition, InstantSource clock, JournalConfig.Sync sync) {
    this.appenders = work.appenders;
    this.folder = work.folder;
    this.touching = work.touching;
    this.retention = work.retention;
    this.condition = condition;
    this.clock = clock;
    this.sync = sync;
  }

  @Override
  public void run() {
    long interval =
        switch (sync) {
          case JournalConfig.Sync.Every every -> every.interval().toNanos();
          case JournalConfig.Sync.Always _, JournalConfig.Sync.Never _ -> Long.MAX_VALUE;
        };
    long next = System.nanoTime() + Math.min(interval, Long.MAX_VALUE / 4);
    while (!stopped) {
      LockSupport.parkNanos(this, Math.min(interval, TICK_NANOS));
      boolean due = interval != Long.MAX_VALUE && System.nanoTime() - next >= 0;
      pass(due);
      if (due) {
        next = System.nanoTime() + interval;
      }
      retention.apply();
    }
  }

  void stop() {
    stopped = true;
  }

  long syncs() {
    return syncs.get();
  }

  private void pass(boolean due) {
    if (due) {
      askSeals();
    }
    boolean worked = false;
    try {
      folder.forceNames();
      for (SegmentAppender appender : appenders) {
        finishFull(appender);
        MappedSegment current = appender.current();
        if (due && current != null) {
          worked |= force(current, forcible(appender, current));
        }
      }
    } catch (IOException | RuntimeException e) {
      condition.diskFails(String.valueOf(e.getMessage()));
      return;
    }
    if (due || !(sync instanceof JournalConfig.Sync.Every)) {
      condition.diskWorks();
    }
    if (worked) {
      LockSupport.unpark(touching);
    }
  }

  private void askSeals() {
    boolean any = false;
    for (SegmentAppender appender : appenders) {
      MappedSegment current = appender.current();
      if (current != null && current.published() > current.synced()) {
        appender.askSeal();
        any = true;
      }
    }
    if (any) {
      LockSupport.parkNanos(this, SEAL_NANOS);
    }
  }

  /**
   * Up to where to force: a loop that has gone on in a new page keeps that page to itself; one that
   * is idle will begin a new page with its next record.
   */
  private static int forcible(SegmentAppender appender, MappedSegment current) {
    int published = current.published();
    return appender.sealPending()
        ? published
        : Math.max(current.synced(), published & -SegmentFormat.PAGE);
  }

  private boolean force(MappedSegment segment, int to) {
    if (!segment.forceBehind(to)) {
      return false;
    }
    syncs.incrementAndGet();
    return true;
  }

  private void finishFull(SegmentAppender appender) throws IOException {
    Deque<MappedSegment> waiting = unsettled.computeIfAbsent(appender, _ -> new ArrayDeque<>());
    for (MappedSegment full = appender.nextFull(); full != null; full = appender.nextFull()) {
      waiting.add(full);
      finish(full);
    }
    MappedSegment oldest = waiting.peek();
    while (oldest != null && oldest.open() == 0) {
      SegmentFolder.settle(oldest.file());
      waiting.remove();
      oldest = waiting.peek();
    }
  }

  private void finish(MappedSegment full) throws IOException {
    if (!(sync instanceof JournalConfig.Sync.Never)) {
      force(full, full.published());
    }
    full.unmap();
    SegmentFolder.finish(full.file(), full.published(), IsoTime.micros(clock.instant()));
  }

  /**
   * The last pass, when the loops have stopped: everything is forced and finished, what was only
   * prepared is given back.
   */
  void finishAll() {
    for (SegmentAppender appender : appenders) {
      try {
        finishFull(appender);
        finishCurrent(appender);
        discardSpares(appender);
      } catch (IOException | RuntimeException e) {
        LOG.error(
            "The journal could not be finished cleanly: {}. The next start finishes it.",
            e.getMessage());
      }
    }
  }

  private void finishCurrent(SegmentAppender appender) throws IOException {
    @Nullable MappedSegment current = appender.current();
    if (current == null) {
      return;
    }
    finish(current);
    Deque<MappedSegment> waiting = unsettled.getOrDefault(appender, new ArrayDeque<>());
    if (waiting.isEmpty() && current.open() == 0) {
      SegmentFolder.settle(current.file());
    }
  }

  private static void discardSpares(SegmentAppender appender) throws IOException {
    for (MappedSegment spare = appender.takeSpare(); spare != null; spare = appender.takeSpare()) {
      spare.unmap();
      java.nio.file.Files.deleteIfExists(spare.file());
    }
  }
}
