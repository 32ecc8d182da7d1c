package dev.sekisho.data.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesConfigTest {
  private final Problems problems = new Problems();

  @Test
  void hasTheseDefaults() {
    var pinned =
        new NamesConfig(
            new NamesConfig.Source.System(),
            Duration.ofSeconds(5),
            new NamesConfig.CacheLimits(
                10_000,
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1)));
    assertThat(NamesConfig.usual()).isEqualTo(pinned);
    assertThat(NamesConfig.read(Section.absent("names", Mark.file("f"), problems)))
        .isEqualTo(pinned);
    assertThat(read("resolver: system")).isEqualTo(pinned);
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void readsEveryKey() {
    var config =
        read(
            """
            resolver: [10.0.0.2, "10.0.0.3:5353", "fd00::53", "[fd00::54]:54"]
            timeout: 2s
            cache: { entries: 5, least-ttl: 0s, greatest-ttl: 1m, negative-ttl: 3s, failure-ttl: 4s }
            """);
    assertThat(problems.all()).isEmpty();
    assertThat(config.resolver())
        .isInstanceOfSatisfying(
            NamesConfig.Source.Servers.class,
            servers ->
                assertThat(servers.servers())
                    .extracting(Object::toString)
                    .containsExactly(
                        "10.0.0.2:53", "10.0.0.3:5353", "[fd00::53]:53", "[fd00::54]:54"));
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.cache())
        .isEqualTo(
            new NamesConfig.CacheLimits(
                5,
                Duration.ZERO,
                Duration.ofMinutes(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4)));
  }

  @Test
  void takesASingleNameServerForAListOfOne() {
    assertThat(read("resolver: 10.0.0.2").resolver())
        .isInstanceOfSatisfying(
            NamesConfig.Source.Servers.class, servers -> assertThat(servers.servers()).hasSize(1));
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          resolver: dns.corp.example                         | addresses of name servers
          resolver: [10.0.0.2, "10.0.0.3:0"]                 | addresses of name servers
          resolver: [10.0.0.256]                             | addresses of name servers
          resolver: []                                       | expected 'system' or a list
          resolver: { a: b }                                 | must be a plain value
          timeout: 1ms                                       | expected 100ms to 1m
          timeout: 2m                                        | expected 100ms to 1m
          cache: { entries: 0 }                              | a whole number from 1
          cache: { least-ttl: 2h }                           | must not be greater than greatest-ttl
          cache: { ttl: 2h }                                 | unknown key 'ttl'
          search: corp.example                               | unknown key 'search'
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

  private NamesConfig read(String yaml) {
    return NamesConfig.read(
        new Section("names", YamlFile.parse("f", yaml, problems).orElseThrow(), problems));
  }
}
