package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a disk of eight megabytes, which is memory; mounting it needs root, as all of these tests do.
 */
class FullDiskTest {
  @TempDir Path temp;

  private Path disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(temp.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private Path folder() {
    return disk.resolve("journal");
  }

  private static JournalConfig config(Journal.OnFailure onFailure) {
    JournalConfig small = Samples.small();
    return new JournalConfig(
        small.detail(),
        onFailure,
        new JournalConfig.Sync.Every(Duration.ofMillis(20)),
        small.masking(),
        small.keeping(),
        new JournalConfig.Space(1 << 20, 1 << 20));
  }

  /** Takes all the space that is left. */
  private Path fill() throws IOException {
    Path filler = disk.resolve("filler");
    try (var out = Files.newOutputStream(filler)) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    return filler;
  }

  @Test
  void refusesWhenTheDiskIsFullStillWritesEveryEndAndRecoversByItself()
      throws IOException, InterruptedException {
    Set<String> written = new HashSet<>();
    try (SegmentJournal journal = SegmentJournal.open(config(Journal.OnFailure.REFUSE), folder())) {
      Journal.Appender appender = journal.appender();
      Path filler = fill();
      List<Record> open = new ArrayList<>();
      Record record = Samples.get();
      Journal.Appended last = appender.opened(record);
      while (last instanceof Journal.Appended.Written) {
        open.add(record);
        record = Samples.get();
        last = appender.opened(record);
      }
      assertThat(open).hasSizeGreaterThan(100);
      last = awaitReason(appender);
      assertThat(last)
          .isEqualTo(
              new Journal.Appended.Refused(
                  "no space left on the disk for 1024 KiB", Journal.OnFailure.REFUSE));
      assertThat(journal.health())
          .isEqualTo(new Journal.Health.Failing("no space left on the disk for 1024 KiB"));
      for (Record opened : open) {
        opened.errorDetail = "x".repeat(2_000);
        opened.url = "http://a/" + "y".repeat(16_000);
        assertThat(appender.closed(Samples.finish(opened)))
            .isInstanceOf(Journal.Appended.Written.class);
        written.add(opened.id.toString());
      }
      Files.delete(filler);
      written.add(openWhenPossible(appender));
      while (journal.health() instanceof Journal.Health.Failing) {
        Thread.sleep(5);
      }
    }
    assertThat(new SegmentCheck(folder()).run().damages()).isEmpty();
    Set<String> ended = new HashSet<>();
    Entries.forEach(
        folder(),
        entry -> {
          if (entry.type() == SegmentFormat.Type.CLOSED) {
            assertThat(ended.add(entry.id())).as("closed twice").isTrue();
          }
        });
    assertThat(ended).isEqualTo(written);
  }

  /** The thread that asks for space may not have come to it yet. */
  private static Journal.Appended awaitReason(Journal.Appender appender)
      throws InterruptedException {
    Journal.Appended last = appender.opened(Samples.get());
    while (last instanceof Journal.Appended.Refused refused
        && !refused.reason().contains("no space")) {
      Thread.sleep(5);
      last = appender.opened(Samples.get());
    }
    return last;
  }

  private static String openWhenPossible(Journal.Appender appender) throws InterruptedException {
    Record record = Samples.get();
    while (appender.opened(record) instanceof Journal.Appended.Refused) {
      Thread.sleep(5);
    }
    appender.closed(Samples.finish(record));
    return record.id.toString();
  }

  @Test
  void countsRefusedExchangesForWhichThereIsNoSpace() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(config(Journal.OnFailure.PASS), folder())) {
      Journal.Appender appender = journal.appender();
      fill();
      long written = 0;
      while (appender.closed(Samples.finish(Samples.get())) instanceof Journal.Appended.Written) {
        written++;
      }
      assertThat(written).isGreaterThan(1000);
      assertThat(journal.counters().closed()).isEqualTo(written);
      assertThat(journal.counters().dropped()).isEqualTo(1);
      assertThat(appender.opened(Samples.get()))
          .isInstanceOfSatisfying(
              Journal.Appended.Refused.class,
              r -> assertThat(r.proceed()).isEqualTo(Journal.OnFailure.PASS));
      assertThat(journal.counters().refused()).isEqualTo(1);
    }
  }

  @Test
  void aRestartOnAFullDiskStillSaysWhatWasInterrupted() throws IOException {
    Record open = Samples.get();
    try (SegmentJournal journal = SegmentJournal.open(config(Journal.OnFailure.REFUSE), folder())) {
      Journal.Appender appender = journal.appender();
      assertThat(appender.opened(open)).isInstanceOf(Journal.Appended.Written.class);
      while (!Files.exists(folder().resolve("reserve"))) {
        Thread.onSpinWait();
      }
    }
    fill();
    try (SegmentJournal journal = SegmentJournal.open(config(Journal.OnFailure.REFUSE), folder())) {
      assertThat(Entries.read(folder()).of(SegmentFormat.Type.INTERRUPTED))
          .extracting(Entries.Entry::id)
          .containsExactly(open.id.toString());
      assertThat(journal.health()).isNotNull();
    }
  }

  @Test
  void startsOnAFullDiskAndWritesWhenThereIsSpace() throws IOException, InterruptedException {
    Path filler = fill();
    try (SegmentJournal journal = SegmentJournal.open(config(Journal.OnFailure.REFUSE), folder())) {
      Journal.Appender appender = journal.appender();
      assertThat(appender.opened(Samples.get())).isInstanceOf(Journal.Appended.Refused.class);
      assertThat(journal.health()).isInstanceOf(Journal.Health.Failing.class);
      Files.delete(filler);
      openWhenPossible(appender);
      assertThat(journal.counters().opened()).isEqualTo(1);
    }
  }
}
