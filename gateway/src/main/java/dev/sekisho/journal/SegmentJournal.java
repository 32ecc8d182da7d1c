package dev.sekisho.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The journal in segments on a local disk. Each event loop appends to its own segment by storing
 * into memory that is mapped to the file (docs/decisions/0012-journal-append.md says why); other
 * threads prepare what comes next and wait for the disk.
 */
public final class SegmentJournal implements Journal {
  private final SegmentAppender.Shared shared;
  private final RecordIds ids = new RecordIds();
  private final List<SegmentAppender> appenders = new CopyOnWriteArrayList<>();
  private final FileChannel lock;
  private final Condition condition = new Condition();
  private final SpacePreparer preparer;
  private final Thread preparing;
  private final PageToucher toucher;
  private final Thread touching;
  private final DiskSyncer syncer;
  private final Thread syncing;
  private boolean closed;

  private SegmentJournal(
      JournalConfig config, SegmentFolder folder, FileChannel lock, InstantSource clock) {
    this.lock = lock;
    this.shared = new SegmentAppender.Shared(condition, config);
    Reserve reserve = new Reserve(folder.path(), folder.kernel(), config.space().reserve());
    this.preparer =
        new SpacePreparer(
            appenders, new SpacePreparer.Places(folder, reserve, clock), condition, config);
    this.preparing = Thread.ofPlatform().name("journal-space").daemon().unstarted(preparer);
    this.toucher = new PageToucher(appenders, preparing, config.space().segment());
    this.touching = Thread.ofPlatform().name("journal-touch").daemon().unstarted(toucher);
    Retention retention = new Retention(folder.path(), config.keeping(), clock);
    this.syncer =
        new DiskSyncer(
            new DiskSyncer.Work(appenders, folder, touching, retention),
            condition,
            clock,
            config.sync());
    this.syncing = Thread.ofPlatform().name("journal-sync").daemon().unstarted(syncer);
  }

  /**
   * Opens the journal for writing; after a crash, writes down first which exchanges it interrupted.
   *
   * @param folder made when it is not there; mode 0700
   * @throws IOException when the folder cannot be used, or another process writes to it; the
   *     message says which
   */
  public static SegmentJournal open(JournalConfig config, Path folder) throws IOException {
    return open(config, folder, InstantSource.system());
  }

  /** The same by another clock. */
  public static SegmentJournal open(JournalConfig config, Path folder, InstantSource clock)
      throws IOException {
    return open(config, new SegmentFolder(folder, new Kernel()), clock);
  }

  static SegmentJournal open(JournalConfig config, SegmentFolder segments, InstantSource clock)
      throws IOException {
    Path folder = segments.path();
    segments.makeFolder();
    FileChannel lock = lock(folder);
    try {
      segments.tidy();
      Reserve reserve = new Reserve(folder, segments.kernel(), config.space().reserve());
      new Recovery(segments, reserve, IsoTime.micros(clock.instant())).run();
      SegmentJournal journal = new SegmentJournal(config, segments, lock, clock);
      journal.preparing.start();
      journal.touching.start();
      journal.syncing.start();
      return journal;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"),
            EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(SegmentFolder.FILE_MODE));
    try {
      @Nullable FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException _) {
      // held by this process: the same answer
    }
    channel.close();
    throw new IOException(
        "the journal in "
            + folder
            + " is in use by another process; give this one its own --state");
  }

  @Override
  public synchronized Appender appender() {
    SegmentAppender appender = new SegmentAppender(appenders.size(), shared, touching);
    preparer.prepare(appender);
    appenders.add(appender);
    return appender;
  }

  @Override
  public RecordId newId(long nowMicros) {
    return ids.next(nowMicros);
  }

  @Override
  public Health health() {
    String disk = condition.disk();
    if (disk != null) {
      return new Health.Failing(disk);
    }
    for (SegmentAppender appender : appenders) {
      String space = condition.space();
      if (space != null && !appender.hasRoom()) {
        return new Health.Failing(space);
      }
    }
    return new Health.Writing();
  }

  @Override
  public Counters counters() {
    Counters sum = new Counters(0, 0, 0, 0, syncer.syncs());
    for (SegmentAppender appender : appenders) {
      Counters its = appender.counters();
      sum =
          new Counters(
              sum.opened() + its.opened(),
              sum.closed() + its.closed(),
              sum.refused() + its.refused(),
              sum.bytes() + its.bytes(),
              sum.syncs() + its.syncs(),
              sum.dropped() + its.dropped());
    }
    return sum;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    preparer.stop();
    toucher.stop();
    syncer.stop();
    for (Thread thread : List.of(preparing, touching, syncing)) {
      LockSupport.unpark(thread);
      join(thread);
    }
    syncer.finishAll();
    try {
      lock.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
