package dev.sekisho.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One event loop and the syncing thread's work, pass by pass, on a disk that can fail. */
class DiskSyncerTest {
  private static final JournalConfig.Sync HOURLY =
      new JournalConfig.Sync.Every(Duration.ofHours(1));

  @TempDir Path temp;

  private final FailingDisk disk = new FailingDisk();
  private final Condition condition = new Condition();
  private SegmentFolder folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = new SegmentFolder(temp.resolve("journal"), disk);
    folder.makeFolder();
  }

  private SegmentAppender appender(JournalConfig config) throws IOException {
    SegmentAppender appender =
        new SegmentAppender(0, new SegmentAppender.Shared(condition, config), new Thread());
    for (int i = 0; i < 3; i++) {
      appender.addSpare(folder.create(0, 1 << 20, Samples.START));
    }
    return appender;
  }

  private DiskSyncer syncer(SegmentAppender appender, JournalConfig.Sync sync) {
    JournalConfig.Keeping forever = new JournalConfig.Keeping(Duration.ofDays(400), 0);
    return new DiskSyncer(
        new DiskSyncer.Work(
            List.of(appender),
            folder,
            new Thread(),
            new Retention(folder.path(), forever, Instant::now)),
        condition,
        Instant::now,
        sync);
  }

  private static MappedSegment current(SegmentAppender appender) {
    return requireNonNull(appender.current());
  }

  /** Writes until the loop goes on in another segment. */
  private static void roll(SegmentAppender appender) {
    MappedSegment first = current(appender);
    while (current(appender) == first) {
      appender.closed(Samples.finish(Samples.get()));
    }
  }

  private static SegmentFormat.Header header(MappedSegment segment) throws IOException {
    return requireNonNull(SegmentFolder.header(segment.file()));
  }

  @Test
  void settlesASegmentOnlyWhenTheEndsInTheNextOneAreOnTheDisk() throws IOException {
    SegmentAppender appender = appender(Samples.config(1 << 20, HOURLY));
    DiskSyncer syncer = syncer(appender, HOURLY);
    Record record = Samples.get();
    appender.opened(record);
    MappedSegment first = current(appender);
    roll(appender);
    syncer.pass(DiskSyncer.Pass.FORCE);
    assertThat(header(first).settled()).as("still open").isFalse();
    appender.closed(Samples.finish(record));
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(header(first).used()).isPositive();
    assertThat(header(first).settled()).as("the end was not forced").isFalse();
    disk.fails();
    syncer.pass(DiskSyncer.Pass.FORCE);
    assertThat(header(first).settled()).as("the end could not be forced").isFalse();
    assertThat(condition.disk()).isEqualTo(FailingDisk.REASON);
    disk.works();
    syncer.pass(DiskSyncer.Pass.FORCE);
    assertThat(header(first).settled()).isTrue();
    assertThat(condition.disk()).isNull();
  }

  @Test
  void settlesByTheRollWhereNothingIsForcedBefore() throws IOException {
    JournalConfig.Sync never = new JournalConfig.Sync.Never();
    SegmentAppender appender = appender(Samples.config(1 << 20, never));
    DiskSyncer syncer = syncer(appender, never);
    Record record = Samples.get();
    appender.opened(record);
    MappedSegment first = current(appender);
    roll(appender);
    appender.closed(Samples.finish(record));
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(header(first).settled()).isFalse();
    roll(appender);
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(header(first).settled()).isTrue();
  }

  @Test
  void finishesASegmentAtALaterPassWhenTheDiskFailedBefore() throws IOException {
    SegmentAppender appender = appender(Samples.config(1 << 20, HOURLY));
    DiskSyncer syncer = syncer(appender, HOURLY);
    appender.closed(Samples.finish(Samples.get()));
    MappedSegment first = current(appender);
    roll(appender);
    disk.fails();
    for (int i = 0; i < 3; i++) {
      syncer.pass(DiskSyncer.Pass.TIDY);
      assertThat(header(first).used()).isZero();
    }
    assertThat(condition.disk()).isEqualTo(FailingDisk.REASON);
    disk.works();
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(header(first).used()).isEqualTo(first.published());
    syncer.pass(DiskSyncer.Pass.FORCE);
    assertThat(header(first).settled()).isTrue();
    assertThat(condition.disk()).isNull();
  }

  @Test
  void answersWithOnFailureWhenARecordThatMustBeOnTheDiskIsNot() throws IOException {
    JournalConfig.Sync always = new JournalConfig.Sync.Always();
    SegmentAppender appender = appender(Samples.config(1 << 20, always));
    DiskSyncer syncer = syncer(appender, always);
    Journal.Appended refused =
        new Journal.Appended.Refused(FailingDisk.REASON, Journal.OnFailure.REFUSE);
    Record record = Samples.get();
    disk.fails();
    assertThat(appender.opened(record)).isEqualTo(refused);
    assertThat(appender.closed(Samples.finish(record))).isEqualTo(refused);
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(appender.opened(Samples.get())).as("not even tried").isEqualTo(refused);
    assertThat(appender.counters().opened()).isEqualTo(1);
    assertThat(appender.counters().refused()).isEqualTo(3);
    disk.works();
    syncer.pass(DiskSyncer.Pass.TIDY);
    assertThat(appender.opened(Samples.get())).isEqualTo(new Journal.Appended.Written());
    assertThat(Entries.read(folder.path()).all())
        .extracting(Entries.Entry::type)
        .containsExactly(
            SegmentFormat.Type.OPENED, SegmentFormat.Type.CLOSED, SegmentFormat.Type.OPENED);
  }
}
