package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginConfigTest {
  private static final Path FOLDER = Path.of("").toAbsolutePath();

  private final Problems problems = new Problems();

  @Test
  void hasTheseDefaults() {
    var pinned =
        new OriginConfig(
            Duration.ofSeconds(10),
            new OriginConfig.PoolLimits(Duration.ofSeconds(60), 64, 1000),
            new OriginTlsConfig(
                Duration.ofSeconds(10), List.of(), OriginTlsConfig.Missing.REFUSED, List.of()));
    assertThat(OriginConfig.usual()).isEqualTo(pinned);
    assertThat(OriginConfig.read(Section.absent("origin", Mark.file("f"), problems), FOLDER))
        .isEqualTo(pinned);
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void readsEveryKey() {
    var config = read("connect-timeout: 3s\npool: { idle: 15s, per-origin: 8, total: 80 }\n");
    assertThat(problems.all()).isEmpty();
    assertThat(config)
        .isEqualTo(
            new OriginConfig(
                Duration.ofSeconds(3),
                new OriginConfig.PoolLimits(Duration.ofSeconds(15), 8, 80),
                OriginTlsConfig.usual()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          connect-timeout: 0s          | connect-timeout: expected 100ms to 1d
          connect-timeout: 2d          | connect-timeout: expected 100ms to 1d
          connect-timeout: 10          | a duration such as
          pool: { idle: 1ms }          | expected 1000ms to 1d
          pool: { per-origin: -1 }     | a whole number from 0
          pool: { size: 3 }            | unknown key 'size'
          tls-timeout: 0s              | tls-timeout: expected 100ms to 1d
          trust: [absent.pem]          | origin.trust: the file
          fetch-intermediates: maybe   | true or false
          trusts: []                   | Did you mean 'trust'
          """)
  void refusesWhatCannotBeUsed(String yaml, String words) {
    read(yaml);
    assertThat(problems.all())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
          assertThat(problem.toString()).startsWith("f:1:").contains(words);
        });
  }

  private OriginConfig read(String yaml) {
    return OriginConfig.read(
        new Section("origin", YamlFile.parse("f", yaml, problems).orElseThrow(), problems), FOLDER);
  }
}
