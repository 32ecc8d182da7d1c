package dev.sekisho.journal;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
  private final List<LoopSegments> loops = new ArrayList<>();
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
      pass(due ? Pass.FORCE : Pass.TIDY);
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

  /** What is to be done at one pass. */
  enum Pass {
    /** Finish and settle what can be. */
    TIDY,
    /** Force what the loops have written, too. */
    FORCE
  }

  void pass(Pass pass) {
    String problem = attempt(folder::forceNames);
    List<LoopSegments> all = loops();
    for (LoopSegments loop : all) {
      problem = first(problem, attempt(loop::finishFull));
      loop.noteEnds();
    }
    if (pass == Pass.FORCE) {
      askSeals();
    }
    for (LoopSegments loop : all) {
      problem = first(problem, attempt(() -> force(loop.appender(), pass)));
      problem = first(problem, attempt(loop::settle));
    }
    if (problem != null) {
      condition.diskFails(problem);
    } else if (condition.disk() != null) {
      tryAgain(pass);
    }
  }

  /**
   * Whether the disk works again: what failed was just done, or, where the loops force themselves
   * and refuse new exchanges since one could not, is done here.
   */
  private void tryAgain(Pass pass) {
    boolean works =
        switch (sync) {
          case JournalConfig.Sync.Every _ -> pass == Pass.FORCE;
          case JournalConfig.Sync.Never _ -> true;
          case JournalConfig.Sync.Always _ -> appenders.stream().allMatch(DiskSyncer::forceFile);
        };
    if (works) {
      condition.diskWorks();
    }
  }

  private static boolean forceFile(SegmentAppender appender) {
    MappedSegment current = appender.current();
    return current == null || attempt(current::forceFile) == null;
  }

  /** What may fail on the disk. */
  private interface Step {
    void run() throws IOException;
  }

  /** Null, or what went wrong: the other loops' segments are seen to all the same. */
  private static @Nullable String attempt(Step step) {
    try {
      step.run();
      return null;
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static @Nullable String first(@Nullable String problem, @Nullable String later) {
    return problem != null ? problem : later;
  }

  private List<LoopSegments> loops() {
    for (SegmentAppender appender : appenders.subList(loops.size(), appenders.size())) {
      loops.add(new LoopSegments(appender, clock, sync, syncs));
    }
    return loops;
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

  private void force(SegmentAppender appender, Pass pass) {
    MappedSegment current = appender.current();
    if (pass == Pass.FORCE && current != null && current.forceBehind(forcible(appender, current))) {
      syncs.incrementAndGet();
      LockSupport.unpark(touching);
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

  /**
   * The last pass, when the loops have stopped: everything is forced and finished, what was only
   * prepared is given back.
   */
  void finishAll() {
    for (LoopSegments loop : loops()) {
      String problem = attempt(loop::finishAll);
      if (problem != null) {
        LOG.error(
            "The journal could not be finished cleanly: {}. The next start finishes it.", problem);
      }
    }
  }
}
