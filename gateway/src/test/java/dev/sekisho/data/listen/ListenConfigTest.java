package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenConfigTest {
  private final Problems problems = new Problems();

  private Section section(String name, String yaml) {
    return new Section(name, YamlFile.parse("f", yaml, problems).orElseThrow(), problems);
  }

  @Test
  void listenHasTheseDefaults() {
    assertThat(ListenConfig.read(Section.absent("listen", Mark.file("f"), problems), Path.of(".")))
        .isEqualTo(
            new ListenConfig(
                Optional.of(new InetSocketAddress("127.0.0.1", 3128)),
                Optional.empty(),
                List.of(),
                Optional.of(new InetSocketAddress("127.0.0.1", 8128)),
                Optional.empty()));
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void limitsHaveTheseDefaults() {
    assertThat(LimitsConfig.read(Section.absent("limits", Mark.file("f"), problems)))
        .isEqualTo(
            new LimitsConfig(
                65536,
                16384,
                10000,
                1000,
                200,
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ofMinutes(10),
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30)));
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void everyLimitIsRead() {
    LimitsConfig config =
        LimitsConfig.read(
            section(
                "limits",
                """
                header-block: 32KiB
                request-line: 8KiB
                connections: 7
                connections-per-client: 6
                refusals-recorded: 5
                request-timeout: 1s
                idle-timeout: 2s
                body-timeout: 3s
                response-timeout: 4s
                tunnel-idle: 5s
                drain-grace: 6s
                drain-limit: 7s
                """));
    assertThat(config)
        .isEqualTo(
            new LimitsConfig(
                32768,
                8192,
                7,
                6,
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7)));
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          proxy: 3128                                  | an address and a port
          proxy: "proxy.example:3128"                  | an address and a port
          proxy: "127.0.0.1:65536"                     | an address and a port
          proxy: null                                  | nobody could connect
          transparent: "0.0.0.0:3130"                  | not in this version
          proxy-tls: "127.0.0.1:3129"                  | must be a mapping
          proxy-tls: { address: "127.0.0.1:3129" }     | needs address, certificate and key
          proxy-protocol-from: [10.0.0.1/8]            | an address or a range
          prox: "127.0.0.1:1"                          | Did you mean 'proxy'
          admin: "127.0.0.1:3128"                      | an address of its own, found that of listen.proxy
          health: "127.0.0.1:8128"                     | an address of its own, found that of listen.admin
          """)
  void refusesWhatCannotBeUsed(String yaml, String words) {
    var unused = ListenConfig.read(section("listen", yaml), Path.of("."));
    assertThat(problems.hasErrors()).isTrue();
    assertThat(problems.all())
        .anySatisfy(problem -> assertThat(problem.toString()).startsWith("f:1:").contains(words));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          idle-timeout: 0s           | a duration of more than 0
          request-timeout: 0ms       | a duration of more than 0
          tunnel-idle: 99999999999d  | a duration such as
          body-timeout: 5            | a duration such as
          connections: 0             | from 1 to 1000000
          header-block: 2MiB         | expected 1KiB to 1024KiB
          drain-limt: 1s             | Did you mean 'drain-limit'
          """)
  void refusesLimitsThatCannotBe(String yaml, String words) {
    var unused = LimitsConfig.read(section("limits", yaml));
    assertThat(problems.all())
        .anySatisfy(problem -> assertThat(problem.toString()).startsWith("f:1:").contains(words));
  }

  @Test
  void noGraceAndNoLimitOfTheDrainAreLimitsToo() {
    var config = LimitsConfig.read(section("limits", "{ drain-grace: 0s, drain-limit: 0s }"));
    assertThat(config.drainLimit()).isZero();
    assertThat(problems.all()).isEmpty();
  }
}
