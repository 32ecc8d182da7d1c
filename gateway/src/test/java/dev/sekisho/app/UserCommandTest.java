package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserCommandTest {
  @TempDir Path folder = Path.of("");

  private Path passwords = folder;
  private Path groups = folder;

  @BeforeEach
  void names() throws IOException {
    passwords = folder.resolve("users.htpasswd");
    groups = folder.resolve("users.htgroup");
    Files.writeString(
        folder.resolve("sekisho.yaml"),
        "identity: { password-file: users.htpasswd, group-file: users.htgroup }\n");
  }

  private Said user(String... arguments) {
    List<String> all = new ArrayList<>(List.of("user"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-c", folder.resolve("sekisho.yaml").toString()));
    return Said.by(all.toArray(String[]::new));
  }

  private Said add(String name, String password, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), password);
    List<String> all = new ArrayList<>(List.of("add", name, "--password-file", file.toString()));
    all.addAll(List.of("--cost", "4"));
    all.addAll(List.of(more));
    return user(all.toArray(String[]::new));
  }

  @Test
  void usersAreAddedChangedListedAndRemoved() throws IOException {
    Files.writeString(groups, "# teams\ndev:\nops: bob\n");
    Said added = add("ann", "open sesame\nignored\n", "--groups", "dev,new");
    assertThat(added.status()).as(added.err()).isEqualTo(Exit.FINE);
    assertThat(added.out()).contains("Added 'ann'").doesNotContain("sesame");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(passwords)))
        .isEqualTo("rw-------");
    assertThat(groups).hasContent("# teams\ndev: ann\nops: bob\nnew: ann\n");
    assertThat(add("bob", "another secret").out()).contains("Added 'bob'");
    assertThat(user("list").out()).containsPattern("ann +dev, new\nbob +ops\n");
    assertThat(user("list", "bob").out()).doesNotContain("ann");
    String before = Files.readString(passwords);
    assertThat(add("ann", "open sesame", "--groups", "ops").out()).contains("Changed the password");
    assertThat(Files.readString(passwords)).isNotEqualTo(before).hasLineCount(2);
    assertThat(groups).hasContent("# teams\ndev:\nops: bob ann\nnew:\n");
    assertThat(user("remove", "ann").status()).isEqualTo(Exit.FINE);
    assertThat(Files.readString(passwords)).startsWith("bob:$2y$04$").hasLineCount(1);
    assertThat(groups).hasContent("# teams\ndev:\nops: bob\nnew:\n");
    Said again = user("remove", "ann");
    assertThat(again.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(again.err()).contains("There is no user 'ann'");
  }

  @Test
  void everythingElseInTheFileStaysAsItIs() throws IOException {
    Files.writeString(passwords, "# people\n\nann:$apr1$old$hash\neve:plain\r\n# end");
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(groups, "");
    Said said = add("ann", "open sesame");
    assertThat(said.status()).isEqualTo(Exit.FINE);
    assertThat(said.err())
        .contains(passwords + ":4:5: error: the password of 'eve' is plain text")
        .contains("A gateway does not take the files before these errors are mended.");
    assertThat(Files.readString(passwords))
        .matches("# people\n\nann:\\$2y\\$04\\$.{53}\neve:plain\r\n# end\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(passwords)))
        .as("others lose their right to read")
        .isEqualTo("rw-r-----");
  }

  @ParameterizedTest
  @CsvSource({
    "a:b, geheimnis, a colon ends the name",
    "'', geheimnis, the name cannot be used because it is empty",
    "'ann ', geheimnis, begins or ends with a space",
    "a\ufffdn, geheimnis, LC_ALL=C.UTF-8",
    "ann, '', The password cannot be used because it is empty",
    "ann, '\n', The password cannot be used because it is empty",
    "ann, a\u0007larm, it has a control character",
    "ann, 0123456789012345678901234567890123456789012345678901234567890123456789012, longer than 72 bytes",
  })
  void whatCannotBeUsedChangesNothing(String name, String password, String message)
      throws IOException {
    Said said = add(name, password);
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains(message);
    assertThat(passwords).doesNotExist();
  }

  @Test
  void aShortPasswordIsWarnedOf() throws IOException {
    Said said = add("ann", "1234567");
    assertThat(said.status()).isEqualTo(Exit.FINE);
    assertThat(said.err()).contains("fewer than 8 characters").doesNotContain("1234567");
  }

  @Test
  void withoutAFileItIsSaidHowToNameOne() {
    Said said = Said.by("user", "list");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("There is no identity.password-file in the configuration");
    assertThat(Said.by("user", "list", "--file", folder.resolve("none").toString()).err())
        .contains("there is no such file");
    assertThat(Said.by("user").status()).isEqualTo(Exit.USAGE);
    assertThat(Said.by("user", "add").status()).isEqualTo(Exit.USAGE);
  }

  @Test
  void groupsNeedAFileAndANameWithoutSpaces() throws IOException {
    Files.writeString(groups, "");
    assertThat(add("ann smith", "open sesame", "--groups", "dev").err()).contains("has a space");
    Path secret = Files.writeString(folder.resolve("secret"), "open sesame");
    assertThat(
            Said.by(
                    "user",
                    "add",
                    "ann",
                    "--file",
                    passwords.toString(),
                    "--password-file",
                    secret.toString(),
                    "--groups",
                    "dev")
                .err())
        .contains("name it with --group-file");
    assertThat(passwords).doesNotExist();
  }

  @Test
  void aChangeUnderWayIsNotOvertaken() throws IOException {
    Path other = Files.writeString(folder.resolve("users.htpasswd.new"), "");
    Said said = add("ann", "open sesame");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains(other + " is there already");
    assertThat(passwords).doesNotExist();
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path real = folder.resolve("real");
    Files.writeString(real, "");
    Files.createSymbolicLink(passwords, real);
    Files.writeString(groups, "");
    assertThat(add("ann", "open sesame").status()).isEqualTo(Exit.FINE);
    assertThat(Files.isSymbolicLink(passwords)).isTrue();
    assertThat(Files.readString(real)).startsWith("ann:$2y$");
  }

  @Test
  void thePasswordComesFromStandardInputWhereThereIsNoTerminal() throws Exception {
    Path input = Files.writeString(folder.resolve("input"), "open sesame\n");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "user",
                "add",
                "ann",
                "--cost",
                "4",
                "--file",
                passwords.toString())
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isEqualTo(Exit.FINE);
    assertThat(said).contains("Added 'ann'");
    assertThat(Files.readString(passwords)).startsWith("ann:$2y$04$");
  }
}
