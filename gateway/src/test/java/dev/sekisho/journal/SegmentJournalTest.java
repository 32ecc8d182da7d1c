package dev.sekisho.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentJournalTest {
  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("journal");
  }

  @Test
  void writesWhatWasOpenedAndHowItEnded() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder())) {
      Journal.Appender appender = journal.appender();
      Record record = Samples.get();
      assertThat(appender.opened(record)).isEqualTo(new Journal.Appended.Written());
      assertThat(appender.closed(Samples.finish(record))).isEqualTo(new Journal.Appended.Written());
      assertThat(journal.health()).isEqualTo(new Journal.Health.Writing());
      assertThat(journal.counters().opened()).isEqualTo(1);
      assertThat(journal.counters().closed()).isEqualTo(1);
      Entries entries = Entries.read(folder());
      assertThat(entries.all())
          .extracting(Entries.Entry::type)
          .containsExactly(SegmentFormat.Type.OPENED, SegmentFormat.Type.CLOSED);
      assertThat(entries.all()).extracting(Entries.Entry::id).containsOnly(record.id.toString());
    }
  }

  @Test
  void keepsFolderAndFilesToTheirOwner() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder())) {
      assertThat(journal.appender().closed(Samples.finish(Samples.get())))
          .isInstanceOf(Journal.Appended.Written.class);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
          .isEqualTo("rwx------");
      try (var files = Files.list(folder())) {
        for (Path file : files.toList()) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .as(file.toString())
              .isEqualTo("rw-------");
        }
      }
    }
  }

  @Test
  void refusesASecondWriter() throws IOException {
    try (SegmentJournal _ = SegmentJournal.open(Samples.small(), folder())) {
      assertThatThrownBy(() -> SegmentJournal.open(Samples.small(), folder()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another process");
    }
  }

  @Test
  void rollsThroughSegmentsAndLosesNothing() throws IOException {
    List<String> written = new ArrayList<>();
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder())) {
      Journal.Appender appender = journal.appender();
      for (int i = 0; i < 20_000; i++) {
        Record record = Samples.get();
        while (appender.opened(record) instanceof Journal.Appended.Refused) {
          Thread.yield();
        }
        appender.closed(Samples.finish(record));
        written.add(record.id.toString());
      }
    }
    Entries entries = Entries.read(folder());
    assertThat(entries.damages()).isEmpty();
    assertThat(entries.of(SegmentFormat.Type.OPENED))
        .extracting(Entries.Entry::id)
        .containsExactlyElementsOf(written);
    assertThat(entries.of(SegmentFormat.Type.CLOSED))
        .extracting(Entries.Entry::id)
        .containsExactlyElementsOf(written);
    assertThat(SegmentFolder.list(folder()))
        .hasSizeGreaterThan(10)
        .allMatch(found -> found.header().settled());
  }

  @Test
  void aCleanEndWithOpenRecordsIsAnInterruptionForTheNextStart() throws IOException {
    Record open = Samples.get();
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder())) {
      assertThat(journal.appender().opened(open)).isInstanceOf(Journal.Appended.Written.class);
    }
    for (int start = 0; start < 3; start++) {
      SegmentJournal.open(Samples.small(), folder()).close();
    }
    List<Entries.Entry> interrupted = Entries.read(folder()).of(SegmentFormat.Type.INTERRUPTED);
    assertThat(interrupted).hasSize(1);
    assertThat(interrupted.getFirst().id()).isEqualTo(open.id.toString());
    assertThat(interrupted.getFirst().json().get("state").asString()).isEqualTo("interrupted");
    assertThat(interrupted.getFirst().json().has("end")).isTrue();
    assertThat(interrupted.getFirst().json().has("duration_us")).isFalse();
    assertThat(interrupted.getFirst().json().get("url").asString()).isEqualTo(open.url);
  }

  @Test
  void alwaysForcesEachRecordBeforeItReturns() throws IOException {
    JournalConfig config = Samples.config(1 << 20, new JournalConfig.Sync.Always());
    try (SegmentJournal journal = SegmentJournal.open(config, folder())) {
      Journal.Appender appender = journal.appender();
      Record record = Samples.get();
      assertThat(appender.opened(record)).isInstanceOf(Journal.Appended.Written.class);
      MappedSegment current = requireNonNull(((SegmentAppender) appender).current());
      assertThat(current.synced()).isEqualTo(current.published());
    }
  }

  @Test
  void deletesSegmentsThatAreDueAndKeepsThoseWithOpenRecords() throws IOException {
    Instant now = Instant.parse("2026-11-24T00:00:00Z");
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder(), () -> now)) {
      Record record = Samples.get();
      Journal.Appender appender = journal.appender();
      appender.opened(record);
      appender.closed(Samples.finish(record));
      journal.appender().opened(Samples.get());
    }
    assertThat(SegmentFolder.list(folder())).hasSize(2);
    JournalConfig.Keeping year = new JournalConfig.Keeping(Duration.ofDays(400), 0);
    new Retention(folder(), year, () -> now.plus(Duration.ofDays(399))).apply();
    assertThat(SegmentFolder.list(folder())).hasSize(2);
    new Retention(folder(), year, () -> now.plus(Duration.ofDays(401))).apply();
    assertThat(SegmentFolder.list(folder()))
        .hasSize(1)
        .noneMatch(found -> found.header().settled());
  }

  @Test
  void deletesTheOldestWhenAllTogetherAreTooLarge() throws IOException {
    for (int run = 0; run < 3; run++) {
      try (SegmentJournal journal = SegmentJournal.open(Samples.small(), folder())) {
        journal.appender().closed(Samples.finish(Samples.get()));
      }
    }
    List<SegmentFolder.Found> before = SegmentFolder.list(folder());
    assertThat(before).hasSize(3);
    long two = Files.size(before.get(1).file()) + Files.size(before.get(2).file());
    new Retention(folder(), new JournalConfig.Keeping(Duration.ofDays(400), two), Instant::now)
        .apply();
    assertThat(SegmentFolder.list(folder())).containsExactlyElementsOf(before.subList(1, 3));
  }
}
