package dev.sekisho.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.net.MalformedException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "/a, /a, true",
    "/a, /a/, false",
    "/a, /ab, false",
    "/a/**, /a, true",
    "/a/**, /a/, true",
    "/a/**, /a/b/c, true",
    "/a/**, /ab, false",
    "/a/*, /a/b, true",
    "/a/*, /a/, true",
    "/a/*, /a/b/c, false",
    "/a/*, /a, false",
    "/*/c, /b/c, true",
    "/*/c, /a/b/c, false",
    "/**/c, /a/b/c, true",
    "/**/c, /c, false",
    "/**c, /c, true",
    "/a*b*c, /aXbYc, true",
    "/a*b*c, /aXbY/c, false",
    "/a**c, /aX/Y/c, true",
    "/*.tar.gz, /x.tar.gz, true",
    "/*.tar.gz, /x/y.tar.gz, false",
    "/**.tar.gz, /x/y.tar.gz, true",
    "/**, /, true",
    "/**, /x/y, true",
    "/*/x/**, /a/x, true",
    "/*/x/**, /a/x/y/z, true",
    "/*/x/**, /a/b/x/y, false",
    "/a*/**, /ab, true",
    "/A, /a, false",
    "/*, /, true"
  })
  void starsStandForWhatTheyShould(String pattern, String path, boolean matches)
      throws MalformedException {
    assertThat(PathPattern.parse(pattern).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "",
        "*",
        "/a?b",
        "/a#b",
        "/a%20b",
        "/a\tb",
        "/*0123456789012345678901234567890123456789012345678901234567890123456789"
      })
  void patternsThatCouldNotWorkAreRefused(String pattern) {
    assertThatThrownBy(() -> PathPattern.parse(pattern)).isInstanceOf(MalformedException.class);
  }

  @Test
  void agreesWithARegularExpressionOnRandomPatterns() throws MalformedException {
    long seed = 42;
    Random random = new Random(seed);
    String letters = "ab/";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder pattern = new StringBuilder("/");
      for (int n = random.nextInt(8); n > 0; n--) {
        pattern.append(
            random.nextInt(3) == 0
                ? (random.nextBoolean() ? "*" : "**")
                : letters.charAt(random.nextInt(3)));
      }
      StringBuilder path = new StringBuilder("/");
      for (int n = random.nextInt(10); n > 0; n--) {
        path.append(letters.charAt(random.nextInt(3)));
      }
      String text = pattern.toString();
      String regex = text.replaceAll("\\*\\*+", "~").replace("*", "[^/]*").replace("~", ".*");
      boolean below = text.endsWith("/**") && path.toString().concat("/").matches(regex);
      assertThat(PathPattern.parse(text).matches(path.toString()))
          .as("seed %d: %s on %s", seed, text, path)
          .isEqualTo(path.toString().matches(regex) || below);
    }
  }

  @Test
  void aHostilePathTakesTimeInProportionToItsLength() throws MalformedException {
    String path = "/" + "a".repeat(16_000);
    assertThat(PathPattern.parse("/**a**a**a**a**a**a**a**a**b").matches(path)).isFalse();
  }
}
