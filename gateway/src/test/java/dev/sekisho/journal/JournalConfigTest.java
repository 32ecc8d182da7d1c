package dev.sekisho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalConfigTest {
  private final Problems problems = new Problems();

  private JournalConfig read(String yaml) {
    Node.Mapping root = YamlFile.parse("sekisho.yaml", yaml, problems).orElseThrow();
    return JournalConfig.read(new Section("journal", root, problems));
  }

  @Test
  void defaultsAreThese() {
    JournalConfig config =
        JournalConfig.read(Section.absent("journal", Mark.file("sekisho.yaml"), problems));
    assertThat(problems.all()).isEmpty();
    assertThat(config)
        .isEqualTo(
            new JournalConfig(
                JournalConfig.Detail.URL,
                Journal.OnFailure.REFUSE,
                new JournalConfig.Sync.Every(Duration.ofSeconds(1)),
                new JournalConfig.Masking(List.of("token", "password", "signature")),
                new JournalConfig.Keeping(Duration.ofDays(400), 0),
                new JournalConfig.Space(64L << 20, 64L << 20)));
  }

  @Test
  void readsEveryKey() {
    JournalConfig config =
        read(
            """
            detail: host
            mask: [Secret]
            on-failure: pass
            keep: 30d
            keep-size: 10GiB
            sync: always
            segment-size: 8MiB
            reserve: 1MiB
            """);
    assertThat(problems.all()).isEmpty();
    assertThat(config)
        .isEqualTo(
            new JournalConfig(
                JournalConfig.Detail.HOST,
                Journal.OnFailure.PASS,
                new JournalConfig.Sync.Always(),
                new JournalConfig.Masking(List.of("secret")),
                new JournalConfig.Keeping(Duration.ofDays(30), 10L << 30),
                new JournalConfig.Space(8L << 20, 1L << 20)));
  }

  @Test
  void readsNeverAndIntervals() {
    assertThat(read("sync: never").sync()).isEqualTo(new JournalConfig.Sync.Never());
    assertThat(read("sync: 250ms").sync())
        .isEqualTo(new JournalConfig.Sync.Every(Duration.ofMillis(250)));
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void saysWhereAndWhatIsWrong() {
    read(
        """
        sync: sometimes
        segment-size: 100
        detail: everything
        keeps: 1d
        """);
    assertThat(problems.all())
        .extracting(Problem::toString)
        .containsExactlyInAnyOrder(
            "sekisho.yaml:1:7: error: journal.sync: expected always, never or a duration such as 1s, found 'sometimes'.",
            "sekisho.yaml:2:1: error: journal.segment-size: expected a multiple of 4KiB from 1MiB to 1GiB, found '100'.",
            "sekisho.yaml:3:9: error: journal.detail: expected one of url, host, found 'everything'.",
            "sekisho.yaml:4:1: error: unknown key 'keeps' in journal. Did you mean 'keep'? Known here: "
                + "detail, mask, on-failure, keep, keep-size, sync, segment-size, reserve.");
  }
}
