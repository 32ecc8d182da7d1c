package dev.sekisho.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's page says what the code does. */
class PolicyPageTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```yaml\n(.*?)^```");

  @TempDir Path folder;

  private static String page() throws IOException {
    Path docs = Path.of("docs/policy.md");
    return Files.readString(Files.exists(docs) ? docs : Path.of("..").resolve(docs));
  }

  @Test
  void everyExampleCompiles() throws IOException {
    for (String name : List.of("finance", "malware", "gambling")) {
      Files.createDirectories(folder.resolve("lists/ut1").resolve(name));
      Files.writeString(
          folder.resolve("lists/ut1").resolve(name).resolve("domains"), name + ".example\n");
    }
    Files.writeString(folder.resolve("lists/partners.txt"), "partner.example\n");
    Files.writeString(folder.resolve("lists/hosts"), "0.0.0.0 ads.example\n");
    List<String> examples =
        EXAMPLE.matcher(page()).results().map((MatchResult m) -> m.group(1)).toList();
    assertThat(examples).hasSizeGreaterThanOrEqualTo(5);
    for (String example : examples) {
      Problems problems = new Problems();
      PolicyFixture.compile(example, folder, folder.resolve("state"), problems);
      assertThat(PolicyFixture.errors(problems)).as(example).isEmpty();
    }
  }

  @Test
  void everyNameOfAnExpressionIsTold() throws IOException {
    String page = page();
    for (CelNames name : CelNames.values()) {
      assertThat(page).contains("`" + name.text() + "`");
    }
  }

  @Test
  void everyKeyAListCanHaveIsTold() throws IOException {
    String page = page();
    for (String key :
        List.of(
            "file", "url", "format", "interval", "sha256", "max-size", "max-age", "when-stale")) {
      assertThat(page).contains("| `" + key + "` |");
    }
  }

  @Test
  void everyFormatIsTold() throws IOException {
    String page = page();
    for (var format : dev.sekisho.policy.list.ListFormat.values()) {
      assertThat(page).contains("| `" + format.name().toLowerCase(java.util.Locale.ROOT) + "` |");
    }
  }
}
