package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.JournalConfig;
import dev.sekisho.journal.Record;
import dev.sekisho.journal.SegmentJournal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator types to find somebody. */
class LogCommandTest {
  private static final Duration AGO = Duration.ofMinutes(90);

  @TempDir Path state = Path.of("");

  @BeforeEach
  void write() throws IOException {
    Problems problems = new Problems();
    Section small =
        new Section(
            "journal",
            YamlFile.parse("test", "{ segment-size: 1MiB, reserve: 0 }", problems).orElseThrow(),
            problems);
    try (SegmentJournal journal =
        SegmentJournal.open(JournalConfig.read(small), state.resolve("journal"))) {
      Journal.Appender appender = journal.appender();
      write(journal, appender, AGO, "old.example", Record.Decided.ALLOW, 200);
      write(journal, appender, Duration.ZERO, "a.example", Record.Decided.ALLOW, 200);
      write(journal, appender, Duration.ZERO, "b.a.example", Record.Decided.DENY, 403);
      write(journal, appender, Duration.ZERO, "cdn-7.example", Record.Decided.ASK, 407);
    }
  }

  private static void write(
      Journal journal,
      Journal.Appender appender,
      Duration ago,
      String host,
      Record.Decided decision,
      int status) {
    long at = Instant.now().minus(ago).toEpochMilli() * 1000;
    Record record =
        new Record(journal.newId(at), at, "proxy", Record.Mode.PLAIN, "10.0.0." + status / 100, 9);
    record.method = "GET";
    record.host = host;
    record.url = "http://" + host + "/";
    record.user = status == 200 ? "ann" : null;
    record.rule = "rule of " + host;
    record.decision = decision;
    record.status = status;
    record.endMicros = at;
    record.durationMicros = 0;
    appender.closed(record);
  }

  private Said log(String... options) {
    List<String> all = new ArrayList<>(List.of("log", "--state", state.toString()));
    all.addAll(List.of(options));
    return Said.by(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                | old a b.a cdn-7",
        "--since 1h                        | a b.a cdn-7",
        "--until 1h                        | old",
        "--host a.example                  | a",
        "--host .a.example                 | a b.a",
        "--host *cdn*                      | cdn-7",
        "--decision deny                   | b.a",
        "--decision ask                    | cdn-7",
        "--user ann --since 1h             | a",
        "--client 10.0.0.4                 | b.a cdn-7",
        "--status 4xx                      | b.a cdn-7",
        "--status 403                      | b.a",
        "--host a.example --decision deny  | ''",
      })
  void showsWhatIsAskedFor(String options, String hosts) {
    List<String> words = new ArrayList<>(List.of("--format", "json"));
    Stream.of(options.split(" ")).filter(word -> !word.isEmpty()).forEach(words::add);
    Said said = log(words.toArray(String[]::new));
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    String found =
        String.join(
            " ",
            said.out()
                .lines()
                .map(line -> line.replaceAll(".*\"host\":\"(.+?)\\.example\".*", "$1"))
                .toList());
    assertThat(found).isEqualTo(hosts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table | 5",
        "json  | 4",
        "csv   | 5",
        "squid | 4",
        "ocsf  | 4",
      })
  void knowsEachFormat(String format, int lines) {
    Said said = log("--format", format);
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    assertThat(said.out().lines()).hasSize(lines).last().asString().contains("cdn-7.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--since yesterday",
        "--since 99999999999d",
        "--format xml",
        "--decision maybe",
        "--nobody x"
      })
  void aMistypedOptionIsUsageAndSaysWhatIsExpected(String options) {
    Said said = log(options.split(" "));
    assertThat(said.status()).isEqualTo(Exit.USAGE);
    assertThat(said.err()).contains(options.split(" ")[0]).doesNotContain("Exception");
  }

  @Test
  void verifySaysWhatIsDamagedAndWhatIsNot() throws IOException {
    Said fine = log("verify", "--state", state.toString());
    assertThat(fine.status()).as(fine.out() + fine.err()).isEqualTo(Exit.FINE);
    assertThat(fine.out()).contains("1 segments, 4 entries, 0 damaged.");
    Path segment;
    try (Stream<Path> files = Files.list(state.resolve("journal"))) {
      segment = files.filter(f -> f.toString().endsWith(".segment")).findFirst().orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(200);
      int before = file.read();
      file.seek(200);
      file.write(before ^ 1);
    }
    Said damaged = log("verify", "--state", state.toString());
    assertThat(damaged.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(damaged.out()).contains(segment.getFileName().toString()).contains("1 damaged.");
    Said rest = log("--format", "json");
    assertThat(rest.out().lines()).as("what is whole is shown").hasSize(3);
    assertThat(rest.err()).contains("journal: ");
  }
}
