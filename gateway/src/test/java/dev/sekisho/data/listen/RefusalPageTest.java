package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.journal.RecordIds;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which text goes with which refusal. */
class RefusalPageTest {
  private static final Pattern TITLE = Pattern.compile("<h1>(.+)</h1>");

  private static Refusal refusal(String kind, int status) {
    return new Refusal(
        status, "x", kind, "Because.", null, new RecordIds().next(1), null, Optional.empty());
  }

  private static Refusal failed(Failure.Kind kind) {
    return refusal(kind.word(), kind.status());
  }

  private static String page(Refusal refusal, String language) {
    return new String(
        RefusalPage.render(refusal, "text/html", language).bytes(), StandardCharsets.UTF_8);
  }

  private static String title(Refusal refusal, String language) {
    return TITLE
        .matcher(page(refusal, language))
        .results()
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachSortOfRefusalSaysSomethingElse() {
    List<Refusal> sorts =
        List.of(
            refusal("denied", 403),
            refusal("infected", 403),
            refusal("ask", 407),
            failed(Failure.Kind.MALFORMED_REQUEST),
            failed(Failure.Kind.CONNECT_REFUSED),
            failed(Failure.Kind.JOURNAL_UNAVAILABLE));
    Set<String> titles = new HashSet<>();
    for (String language : List.of("en", "ja")) {
      for (Refusal sort : sorts) {
        assertThat(titles.add(title(sort, language))).as(sort.kind()).isTrue();
      }
    }
    assertThat(title(refusal("infected", 403), "en")).contains("harmful");
    assertThat(title(refusal("ask", 407), "en")).contains("who you are");
  }

  @Test
  void nothingIsLeftToBeFilledIn() {
    for (Failure.Kind kind : Failure.Kind.values()) {
      for (String language : List.of("en", "ja")) {
        assertThat(page(failed(kind), language))
            .as(kind.word())
            .doesNotContain("null")
            .doesNotContainPattern("\\{[a-z-]+\\}");
      }
    }
  }
}
