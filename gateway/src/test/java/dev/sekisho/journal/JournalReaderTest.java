package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalReaderTest {
  private static final Consumer<Damage> NONE =
      damage -> {
        throw new AssertionError(damage.toString());
      };

  @TempDir Path temp;

  private List<LoggedRecord> read(RecordFilter filter) throws IOException {
    List<LoggedRecord> result = new ArrayList<>();
    try (JournalReader reader = new JournalReader(temp, filter, NONE)) {
      reader.read(result::add);
    }
    return result;
  }

  private static Record at(Journal journal, long offsetMicros) {
    return Samples.get(
        journal.newId(Samples.START + offsetMicros),
        Samples.START + offsetMicros,
        "http://a/" + offsetMicros);
  }

  @Test
  void mergesEventLoopsByTimeAndGivesEachExchangeOnce() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), temp)) {
      Journal.Appender first = journal.appender();
      Journal.Appender second = journal.appender();
      for (int i = 0; i < 100; i++) {
        Journal.Appender loop = i % 3 == 0 ? first : second;
        Record record = at(journal, i * 1000);
        loop.opened(record);
        loop.closed(Samples.finish(record));
      }
      Record late = at(journal, 5);
      first.opened(late);
      List<LoggedRecord> all = read(RecordFilter.all());
      assertThat(all).hasSize(101);
      assertThat(all.subList(0, 100))
          .extracting(LoggedRecord::target)
          .containsExactlyElementsOf(
              java.util.stream.IntStream.range(0, 100)
                  .mapToObj(i -> "http://a/" + i * 1000)
                  .toList());
      assertThat(all.getLast().state()).isEqualTo(LoggedRecord.State.OPENED);
      assertThat(all.getLast().id()).isEqualTo(late.id.toString());
    }
  }

  @Test
  void readsAcrossSegmentsWhileTheyAreWritten() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), temp);
        JournalReader reader = new JournalReader(temp, RecordFilter.all(), NONE)) {
      Journal.Appender appender = journal.appender();
      List<String> written = new ArrayList<>();
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        Record record = at(journal, i);
        while (appender.opened(record) instanceof Journal.Appended.Refused) {
          Thread.yield();
        }
        appender.closed(Samples.finish(record));
        written.add(record.id.toString());
        if (i % 97 == 0) {
          reader.readEnded(r -> seen.add(r.id()));
          assertThat(seen).hasSameSizeAs(written);
        }
      }
      reader.readEnded(r -> seen.add(r.id()));
      assertThat(seen).isEqualTo(written);
    }
  }

  @Test
  void followsUntilItIsInterrupted() throws Exception {
    LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), temp);
        JournalReader reader = new JournalReader(temp, RecordFilter.all(), NONE)) {
      Thread follower =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  reader.follow(record -> seen.add(record.target()));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      Journal.Appender appender = journal.appender();
      for (int i = 0; i < 5; i++) {
        Record record = at(journal, i);
        appender.closed(Samples.finish(record));
        assertThat(seen.take()).isEqualTo("http://a/" + i);
      }
      follower.interrupt();
      follower.join();
    }
  }

  @Test
  void readsAnEmptyOrMissingFolderAsNothing() throws IOException {
    assertThat(read(RecordFilter.all())).isEmpty();
    try (JournalReader reader =
        new JournalReader(temp.resolve("missing"), RecordFilter.all(), NONE)) {
      reader.read(record -> {
        throw new AssertionError(record.json());
      });
    }
  }

  @Test
  void filtersByEachFact() throws IOException {
    try (SegmentJournal journal = SegmentJournal.open(Samples.small(), temp)) {
      Journal.Appender appender = journal.appender();
      Record allowed = at(journal, 0);
      allowed.user = "alice";
      appender.closed(Samples.finish(allowed));
      Record denied = at(journal, 10_000_000);
      denied.host = "bad.example.net";
      denied.decision = Record.Decided.DENY;
      denied.rule = "nothing bad";
      denied.device = "servers";
      Samples.finish(denied).status = 403;
      appender.closed(denied);
    }
    RecordFilter all = RecordFilter.all();
    String first = "http://a/0";
    String second = "http://a/10000000";
    Instant between =
        Instant.EPOCH
            .plusNanos(0)
            .plus(Samples.START + 9_000_000, java.time.temporal.ChronoUnit.MICROS);
    assertThat(read(all)).extracting(LoggedRecord::target).containsExactly(first, second);
    assertThat(read(all.user("alice"))).extracting(LoggedRecord::target).containsExactly(first);
    assertThat(read(all.host(".example.net")))
        .extracting(LoggedRecord::target)
        .containsExactly(second);
    assertThat(read(all.decision(Record.Decided.DENY)))
        .extracting(LoggedRecord::target)
        .containsExactly(second);
    assertThat(read(all.rule("nothing bad")))
        .extracting(LoggedRecord::target)
        .containsExactly(second);
    assertThat(read(all.client("servers")))
        .extracting(LoggedRecord::target)
        .containsExactly(second);
    assertThat(read(all.client("10.1.2.3"))).hasSize(2);
    assertThat(read(all.status("4xx"))).extracting(LoggedRecord::target).containsExactly(second);
    assertThat(read(all.status("200"))).extracting(LoggedRecord::target).containsExactly(first);
    assertThat(read(all.since(between))).extracting(LoggedRecord::target).containsExactly(second);
    assertThat(read(all.until(between))).extracting(LoggedRecord::target).containsExactly(first);
    assertThat(read(all.state(LoggedRecord.State.INTERRUPTED))).isEmpty();
    assertThat(read(all.user("alice").status("4xx"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, true",
    "Example.COM, example.com, true",
    "example.com, www.example.com, false",
    ".example.com, example.com, true",
    ".example.com, a.b.example.com, true",
    ".example.com, badexample.com, false",
    "*.example.com, www.example.com, true",
    "*.example.com, example.com, false",
    "www.*.com, www.example.com, true",
    "*ex*le*, www.example.com, true",
    "*a*a*a*a*b, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac, false",
    "*, anything, true",
    "10.0.0.*, 10.0.0.1, true",
  })
  void matchesHosts(String pattern, String host, boolean expected) {
    assertThat(HostPattern.parse(pattern).matches(host)).isEqualTo(expected);
  }
}
