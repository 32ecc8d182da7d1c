package dev.sekisho.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserFilesTest {
  /** "wonderland", as the C library hashes it. */
  private static final String HASH = "$2y$10$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q";

  @TempDir Path folder = Path.of("");

  private final Problems problems = new Problems();

  private Optional<Users> read(String passwords) throws IOException {
    return read(passwords, null);
  }

  private Optional<Users> read(String passwords, @Nullable String groups) throws IOException {
    Path file = Files.writeString(folder.resolve("p"), passwords);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Optional<Path> groupFile =
        groups == null
            ? Optional.empty()
            : Optional.of(Files.writeString(folder.resolve("g"), groups));
    return new UserFiles(file, groupFile).read(problems);
  }

  private List<String> said() {
    return problems.all().stream()
        .map(problem -> problem.toString().replace(folder + "/", ""))
        .toList();
  }

  @Test
  void readsUsersAndGroupsAsApacheWritesThem() throws IOException {
    Users users =
        read(
                "# people\n\nann:" + HASH + "\r\nbob smith:" + HASH + "  \n花子:" + HASH,
                "# teams\ndevelopers: ann 花子\n\nempty:\ndevelopers:\tann\n")
            .orElseThrow();
    assertThat(said()).isEmpty();
    assertThat(users.names()).containsExactlyInAnyOrder("ann", "bob smith", "花子");
    assertThat(users.groups()).containsExactlyInAnyOrder("developers", "empty");
    assertThat(users.groups("ann")).isEqualTo(Set.of("developers"));
    assertThat(users.groups("花子")).isEqualTo(Set.of("developers"));
    assertThat(users.groups("bob smith")).isEmpty();
    assertThat(users.groups("stranger")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ann | p:1:1: error: a line is 'name:hash'",
        ":x | p:1:1: error: the name cannot be used because it is empty",
        "'a\tb:x' | p:1:1: error: the name cannot be used because it has a control",
        "'ann :x' | p:1:1: error: the name cannot be used because it begins or ends with a space",
        "ann: | p:1:5: error: the password of 'ann' is empty, and only bcrypt is taken; set it anew: sekisho user add ann",
        "ann:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/ | p:1:5: error: the password of 'ann' is Apache's MD5 ($apr1$)",
        "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g= | p:1:5: error: the password of 'ann' is unsalted SHA-1",
        "ann:$6$salt$hash | p:1:5: error: the password of 'ann' is hashed otherwise ($6$)",
        "ann:$argon2id$v=19$x | p:1:5: error: the password of 'ann' is hashed otherwise ($argon2id$)",
        "ann:rqXexS6ZhobKA | p:1:5: error: the password of 'ann' is hashed by the old crypt, or plain text",
        "ann:secret | p:1:5: error: the password of 'ann' is plain text",
        "ann:$2y$10$short | p:1:5: error: the password of 'ann' is a bcrypt hash that is cut short",
        "ann:$2x$10$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q | p:1:5: error: the password of 'ann' is of a bcrypt that had an error",
        "ann:$2y$31$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q | p:1:5: error: the password of 'ann' has cost 31; it has to be from 4 to 16",
        "ann:$2y$03$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q | p:1:5: error: the password of 'ann' has cost 3",
      })
  void whatCannotBeUsedIsRefusedWithItsPlaceAndWhatToDo(String line, String message)
      throws IOException {
    assertThat(read(line)).isEmpty();
    assertThat(said()).hasSize(1).first().asString().startsWith(message);
    String secret = line.substring(line.indexOf(':') + 1);
    assertThat(secret.length() > 8 && said().getFirst().contains(secret))
        .as("no hash is shown")
        .isFalse();
  }

  @Test
  void everyMistakeIsToldAtOnce() throws IOException {
    assertThat(read("ann:secret\n\n# x\nbob\nann:" + HASH + "\neve:" + HASH + "\neve:" + HASH))
        .isEmpty();
    assertThat(said().stream().map(line -> line.substring(0, 5)))
        .containsExactly("p:1:5", "p:4:1", "p:5:1", "p:7:1");
    assertThat(said().getLast()).contains("the user 'eve' is at p:6:1 already");
  }

  @Test
  void namesThatAreTheSameInUnicodeAreTheSameUser() throws IOException {
    assertThat(read("Ha\u0308nsel:" + HASH + "\nHänsel:" + HASH)).isEmpty();
    assertThat(said().getFirst()).contains("'Hänsel' is at");
    assertThat(read("ann:" + HASH + "\nAnn:" + HASH).orElseThrow().names())
        .as("upper and lower case are apart")
        .containsExactlyInAnyOrder("ann", "Ann");
  }

  @Test
  void unusualCostsAreWarnedOf() throws IOException {
    assertThat(
            read("ann:" + HASH.replace("$10$", "$15$") + "\nbob:" + HASH.replace("$10$", "$05$")))
        .isPresent();
    assertThat(said().get(0)).startsWith("p:1:5: warning: the password of 'ann' has cost 15");
    assertThat(said().get(1)).startsWith("p:2:5: warning: the password of 'bob' has cost 5");
  }

  @Test
  void groupsWithStrangersAreWarnedOfAndBrokenOnesRefused() throws IOException {
    assertThat(read("ann:" + HASH + "\n", "dev: ann an\n")).isPresent();
    assertThat(said())
        .containsExactly(
            "g:1:10: warning: the group 'dev' has 'an', who is not in the password file. "
                + "Did you mean 'ann'?");
    assertThat(read("ann:" + HASH + "\n", "dev ann\n: ann\n")).isEmpty();
    assertThat(said().get(1)).startsWith("g:1:1: error: a line is 'group: name name'");
    assertThat(said().get(2)).startsWith("g:2:1: error: the group's name cannot be used");
  }

  @Test
  void filesThatAreMissingOpenToAllOrNotUtf8AreTold() throws IOException {
    assertThat(new UserFiles(folder.resolve("none"), Optional.empty()).read(problems)).isEmpty();
    assertThat(said().getFirst()).startsWith("none: error: identity.password-file: there is no");
    Path file = folder.resolve("latin");
    Files.write(file, ("ok:" + HASH + "\nbj\u00f6rn:x\n").getBytes(StandardCharsets.ISO_8859_1));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(new UserFiles(file, Optional.empty()).read(problems)).isEmpty();
    assertThat(said().get(1))
        .isEqualTo("latin:2: error: this line is not UTF-8; save the file as UTF-8.");
    assertThat(said().get(2)).contains("warning: everybody on this machine can read");
  }

  @ParameterizedTest
  @CsvSource({
    "wonderland, $2a$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu",
    "wonderland, $2b$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu",
    "wonderland, $2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu",
    "wonderland, $2y$10$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q",
    "pässwörd-漢字, $2y$04$abcdefghijklmnopqrstuusk1B241a9lrtYUFn8uKnltRejv4bTQi",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaazzz, $2y$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
  })
  void passwordsAreCheckedAsTheCLibraryChecksThem(String password, String hash) {
    StoredPassword stored = StoredPassword.parse(hash).orElseThrow();
    assertThat(stored.matches(password.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(stored.matches(("x" + password).getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(stored.toString()).doesNotContain(hash);
  }

  @Test
  void aNewPasswordIsOneThatIsRead() {
    StoredPassword stored = StoredPassword.of("geheim".getBytes(StandardCharsets.UTF_8), 4);
    assertThat(stored.hash()).startsWith("$2y$04$");
    assertThat(StoredPassword.parse(stored.hash())).contains(stored);
    assertThat(stored.matches("geheim".getBytes(StandardCharsets.UTF_8))).isTrue();
  }
}
