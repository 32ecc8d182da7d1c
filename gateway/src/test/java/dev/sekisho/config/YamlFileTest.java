package dev.sekisho.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that cannot be read: each has one message, with its place. */
class YamlFileTest {
  @TempDir Path folder = Path.of("");

  private String problem(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("f"), bytes);
    Problems problems = new Problems();
    YamlFile.read(file, problems);
    assertThat(problems.all()).hasSize(1);
    return problems.all().getFirst().toString().substring(folder.toString().length() + 1);
  }

  private String problem(String text) throws IOException {
    return problem(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: [1, 2'               | f:1:9: error: this is not YAML",
        "'a: 1~  b: 2'            | f:2:4: error: this is not YAML",
        "'a: 1~a: 2'              | f:2:1: error: the key 'a' is given twice",
        "'a: *nowhere'            | f:1:4: error: this is not YAML",
        "'a: 1~---~b: 2'          | f:2:1: error: this is not YAML",
        "'- a~- b'                | f:1:1: error: the file must be a mapping",
        "'text'                   | f:1:1: error: the file must be a mapping",
        "'a: 1~b: &x { c: [*x] }' | f:2:13: error: the alias *x stands inside what it means",
      })
  void saysWhereItIsNoConfiguration(String text, String message) throws IOException {
    assertThat(problem(text.replace('~', '\n'))).startsWith(message);
  }

  @Test
  void saysWhereItIsNotUtf8() throws IOException {
    assertThat(problem("a: 1\nb: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1)))
        .startsWith("f:2:7: error: expected UTF-8");
  }

  @Test
  void saysWhereAControlCharacterIs() throws IOException {
    assertThat(problem("a: 1\nb: x\u0001y\n"))
        .startsWith("f:2:5: error: expected text, found the character U+0001");
  }

  @Test
  void saysWhereItIsNestedWithoutEnd() throws IOException {
    assertThat(problem("a: " + "[".repeat(100_000)))
        .startsWith("f:1:103: error: expected at most 100 levels");
  }

  @Test
  void aFileWithNothingInItIsAnEmptyMapping() throws IOException {
    for (String text : new String[] {"", "# nothing\n", "---\n"}) {
      Path file = Files.writeString(folder.resolve("f"), text);
      Problems problems = new Problems();
      assertThat(YamlFile.read(file, problems).orElseThrow().values()).as(text).isEmpty();
      assertThat(problems.all()).isEmpty();
    }
  }
}
