package dev.sekisho.policy.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameIndexTest {
  @TempDir Path folder;

  private Path state() {
    return folder.resolve("state");
  }

  private CompiledLists open(Path... files) throws IOException {
    List<ListSource> sources = new ArrayList<>();
    for (Path file : files) {
      sources.add(new ListSource(sources.size(), ListFormat.DOMAINS, file, file.toString()));
    }
    return CompiledLists.open(sources, sources.size(), state(), new Problems());
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static long members(CompiledLists lists, String host) {
    long[] members = new long[1];
    long[] hashes = new long[NameHash.MOST_LABELS];
    int count = lists.index().hash().suffixes(host, hashes, new int[NameHash.MOST_LABELS]);
    lists.index().names(hashes, new int[NameHash.MOST_LABELS], count, members, new long[1]);
    return members[0];
  }

  @Test
  void aMillionNamesAreFoundAndNoOthers() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    try (BufferedWriter a = Files.newBufferedWriter(first);
        BufferedWriter b = Files.newBufferedWriter(second)) {
      for (int i = 0; i < 1_000_000; i++) {
        (i % 2 == 0 ? a : b).write("site" + i + ".example\n");
        if (i % 10 == 0) {
          b.write("site" + i + ".example\n");
        }
      }
    }
    CompiledLists lists = open(first, second);
    assertThat(lists.index().size()).isEqualTo(1_000_000);
    assertThat(lists.index().bytes()).isLessThan(20_000_000);
    Random random = new Random(3);
    for (int n = 0; n < 100_000; n++) {
      int i = random.nextInt(1_000_000);
      long expected = (i % 2 == 0 ? 1 : 2) | (i % 10 == 0 ? 2 : 0);
      assertThat(members(lists, "www.site" + i + ".example"))
          .as("seed 3, site %d", i)
          .isEqualTo(expected);
      assertThat(members(lists, "site" + i + ".test")).isZero();
    }
  }

  @Test
  void isUsedAgainUntilASourceChanges() throws IOException {
    Path file = write("a", "a.example\n");
    open(file);
    Object built = Files.getAttribute(state().resolve("names.index"), "unix:ino");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertThat(members(open(file), "a.example")).isEqualTo(1);
    assertThat(Files.getAttribute(state().resolve("names.index"), "unix:ino"))
        .as("the same bytes")
        .isEqualTo(built);
    write("a", "b.example\n");
    CompiledLists changed = open(file);
    assertThat(members(changed, "a.example")).isZero();
    assertThat(members(changed, "b.example")).isEqualTo(1);
  }

  @Test
  void anOldIndexGoesOnWorkingWhenANewOneIsPutInPlace() throws IOException {
    Path file = write("a", "a.example\n");
    CompiledLists old = open(file);
    write("a", "bb.example\n");
    open(file);
    assertThat(members(old, "a.example")).isEqualTo(1);
  }

  @Test
  void aDamagedIndexIsBuiltAgain() throws IOException {
    Path file = write("a", "a.example\nb.example\n");
    open(file);
    Path index = state().resolve("names.index");
    byte[] good = Files.readAllBytes(index);
    for (int damage : new int[] {0, 9, 17, 21, 37, 45, 70, good.length - 3}) {
      byte[] bad = good.clone();
      bad[damage] ^= 1;
      Files.write(index, bad);
      assertThat(members(open(file), "b.example")).as("byte %d", damage).isEqualTo(1);
      assertThat(Files.readAllBytes(index)).as("byte %d", damage).isEqualTo(good);
    }
    Files.write(index, new byte[10]);
    assertThat(members(open(file), "b.example")).isEqualTo(1);
  }

  @Test
  void anotherKeyMeansAnotherIndex() throws IOException {
    Path file = write("a", "a.example\n");
    open(file);
    Files.delete(state().resolve("names.key"));
    assertThat(members(open(file), "a.example")).isEqualTo(1);
  }

  @Test
  void keyAndIndexAreForTheOwnerAlone() throws IOException {
    open(write("a", "a.example\n"));
    for (String name : List.of("names.key", "names.index")) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(state().resolve(name))))
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state())))
        .isEqualTo("rwx------");
    try (var left = Files.list(state())) {
      assertThat(left.map(p -> String.valueOf(p.getFileName())).sorted())
          .containsExactly("names.index", "names.key");
    }
  }

  @Test
  void aNameHasTheHashesOfItsParents() {
    NameHash hash = new NameHash(1, 2);
    long[] hashes = new long[NameHash.MOST_LABELS];
    int[] starts = new int[NameHash.MOST_LABELS];
    String name = "a.longer-label.example.co.jp";
    assertThat(hash.suffixes(name, hashes, starts)).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      assertThat(hashes[i]).isEqualTo(hash.of(name.substring(starts[i])));
    }
    assertThat(name.substring(starts[1])).isEqualTo("co.jp");
    assertThat(hash.suffixes("a.".repeat(200) + "a", hashes, starts))
        .isEqualTo(NameHash.MOST_LABELS);
  }
}
