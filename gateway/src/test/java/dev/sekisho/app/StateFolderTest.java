package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.policy.PolicyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose state a command may touch. The tests are run as root, so they can give a folder away. */
class StateFolderTest {
  @TempDir Path folder = Path.of("");

  private Path open(String name) throws IOException {
    Path made = Files.createDirectory(folder.resolve(name));
    return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x--x"));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void giveAway(Path path) throws IOException {
    Files.setOwner(
        path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
  }

  @Test
  void runMakesItForItsOwnerAlone() throws IOException {
    assertThat(permissions(StateFolder.make(folder.resolve("a/b")))).isEqualTo("rwx------");
  }

  @Test
  void oneThatIsOpenToOthersIsClosed() throws IOException {
    Path state = open("state");
    Files.createDirectory(state.resolve("journal"));
    assertThat(permissions(StateFolder.make(state))).isEqualTo("rwx------");
  }

  @Test
  void aFolderOfOtherThingsOrOfSomebodyElseStaysAsItIs() throws IOException {
    Path home = open("home");
    Files.createDirectory(home.resolve("letters"));
    assertThat(permissions(StateFolder.make(home))).isEqualTo("rwxr-x--x");
    Path others = open("others");
    giveAway(others);
    assertThat(permissions(StateFolder.make(others))).isEqualTo("rwxr-x--x");
  }

  @Test
  void commandsThatOnlyLookCompileIntoAStateFolderOfTheirOwn() throws IOException {
    Path state = open("state");
    try (CompileFolder compile = CompileFolder.of(state)) {
      assertThat(compile.path()).isEqualTo(state);
    }
    assertThat(state).isEmptyDirectory();
    assertThat(permissions(state)).isEqualTo("rwxr-x--x");
  }

  @Test
  void otherwiseIntoATemporaryFolderThatGoesAway() {
    Path state = folder.resolve("none");
    Path used;
    try (CompileFolder compile = CompileFolder.of(state)) {
      used = compile.path();
      assertThat(used).isDirectory();
    }
    assertThat(used).doesNotExist();
    assertThat(state).doesNotExist();
  }

  @Test
  void checkOnTheStateOfAServiceReadsItsFetchedListsAndLeavesNothing() throws IOException {
    Path state = open("state");
    Path lists = Files.createDirectory(PolicyConfig.listFolder(state));
    Path fetched = Files.writeString(lists.resolve("threats.fetched"), "bad.example\n");
    giveAway(lists);
    giveAway(state);
    Path file =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            """
            lists: { threats: { url: 'https://lists.example/threats.txt', max-age: 2d } }
            policy:
              rules:
                - { name: no threats, to: { list: threats }, action: deny }
                - { name: others, to: { host: .example }, action: allow }
            """);
    Said said = Said.by("check", "-c", file.toString(), "--state", state.toString());
    assertThat(said.status()).as(said.out()).isEqualTo(Exit.FINE);
    assertThat(said.out()).contains("Fine: 2 rules").doesNotContain("not fetched");
    Said denied =
        Said.by(
            "explain", "-c", file.toString(), "--state", state.toString(), "http://bad.example/");
    assertThat(denied.status()).as(denied.out()).isEqualTo(Exit.DENIED);
    assertThat(denied.out()).contains("'no threats'");
    try (Stream<Path> inside = Files.walk(state)) {
      assertThat(inside).containsExactlyInAnyOrder(state, lists, fetched);
    }
  }

  @Test
  void aListThatCouldNotBeFetchedIsNamedOnce() {
    assertThat(FetchedLists.told("the list 'a' could not be fetched from b: it was late."))
        .isEqualTo("The list 'a' could not be fetched from b: it was late. It is tried again.");
  }
}
