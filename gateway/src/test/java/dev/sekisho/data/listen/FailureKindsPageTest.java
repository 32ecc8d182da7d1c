package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The journal's page tells every kind of failure, with the status that clients get. */
class FailureKindsPageTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`[a-z-]+`(?:, `[a-z-]+`)*) \\| ([0-9]{3}(?:, [0-9]{3})*) \\|");

  @Test
  void everyKindHasItsRow() throws IOException {
    Path docs = Path.of(Files.exists(Path.of("docs")) ? "docs" : "../docs");
    Map<String, Integer> told = new HashMap<>();
    ROW.matcher(Files.readString(docs.resolve("journal.md"))).results().forEach(r -> note(r, told));
    Map<String, Integer> known = new HashMap<>();
    for (Failure.Kind kind : Failure.Kind.values()) {
      known.put(kind.word(), kind.status());
    }
    assertThat(told).isEqualTo(known);
  }

  /** One status for all kinds of a row, or one for each. */
  private static void note(MatchResult row, Map<String, Integer> told) {
    String[] kinds = row.group(1).replace("`", "").split(", ");
    String[] statuses = row.group(2).split(", ");
    for (int i = 0; i < kinds.length; i++) {
      told.put(kinds[i], Integer.valueOf(statuses[statuses.length == 1 ? 0 : i]));
    }
  }
}
