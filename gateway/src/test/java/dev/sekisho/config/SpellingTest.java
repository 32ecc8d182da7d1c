package dev.sekisho.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  private static final List<String> KNOWN =
      List.of("host", "port", "address", "list", "category", "scheme", "path", "protocol", "not");

  @ParameterizedTest
  @CsvSource({
    "hots,     host",
    "hosts,    host",
    "prot,     port",
    "adress,   address",
    "adrress,  address",
    "catgeory, category",
    "Path,     path",
  })
  void suggestsWhatWasProbablyMeant(String word, String meant) {
    assertThat(Spelling.nearest(word, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"destination", "users", "url", "x"})
  void suggestsNothingThatIsFarOff(String word) {
    assertThat(Spelling.nearest(word, KNOWN)).isEmpty();
  }
}
