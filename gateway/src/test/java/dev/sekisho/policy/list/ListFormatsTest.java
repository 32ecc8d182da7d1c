package dev.sekisho.policy.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListFormatsTest {
  @TempDir Path folder;

  private final Problems problems = new Problems();

  private CompiledLists lists(ListFormat format, String... lines) throws IOException {
    Path file = folder.resolve(format + ".txt");
    Files.writeString(file, String.join("\n", lines));
    return CompiledLists.open(
        List.of(new ListSource(0, format, file, "list.txt")), 1, folder.resolve("state"), problems);
  }

  private static boolean has(CompiledLists lists, String host) {
    long[] members = new long[1];
    long[] withUrls = new long[1];
    long[] hashes = new long[NameHash.MOST_LABELS];
    int count = lists.index().hash().suffixes(host, hashes, new int[NameHash.MOST_LABELS]);
    lists.index().names(hashes, new int[NameHash.MOST_LABELS], count, members, withUrls);
    return members[0] == 1;
  }

  private static boolean hasUrl(CompiledLists lists, String host, String path, String query) {
    long[] members = new long[1];
    String asked = "none".equals(query) ? null : query;
    lists
        .index()
        .urls(
            lists.index().hash().of(host), path, asked, new long[NameIndex.MOST_PREFIXES], members);
    return members[0] == 1;
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, true",
    "www.a.example, false",
    "b.example, true",
    "www.b.example, true",
    "ab.example, false",
    "xn--r8jz45g.example, true",
    "upper.example, true",
    "example, false",
    "e.example, true"
  })
  void plainNamesAreExactAndADotMeansBelow(String host, boolean member) throws IOException {
    CompiledLists lists =
        lists(
            ListFormat.PLAIN,
            "# a comment",
            "",
            "a.example",
            ".b.example",
            "例え.example",
            "UPPER.Example.",
            "  e.example   # at the end");
    assertThat(has(lists, host)).isEqualTo(member);
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void plainListsHaveAddressesAndRanges() throws Exception {
    CompiledLists lists =
        lists(
            ListFormat.PLAIN,
            "192.0.2.1",
            "10.0.0.0/8",
            "2001:db8::1",
            "2001:db8:1::/48",
            "198.51.100.7/32");
    assertThat(lists.inRange(0, IpAddress.parse("10.200.0.1"))).isTrue();
    assertThat(lists.inRange(0, IpAddress.parse("2001:db8:1::9"))).isTrue();
    assertThat(lists.inRange(0, IpAddress.parse("11.0.0.1"))).isFalse();
    long[] members = new long[1];
    lists
        .index()
        .names(
            new long[] {lists.index().hash().of("198.51.100.7")},
            new int[1],
            1,
            members,
            new long[1]);
    assertThat(members[0]).isEqualTo(1);
  }

  @Test
  void aHostsFileHasExactNamesAndNotItsOwn() throws IOException {
    CompiledLists lists =
        lists(
            ListFormat.HOSTS,
            "127.0.0.1 localhost",
            "0.0.0.0 ads.example track.example # x",
            "::1 ip6-localhost",
            "0.0.0.0\tc.example");
    assertThat(has(lists, "ads.example")).isTrue();
    assertThat(has(lists, "track.example")).isTrue();
    assertThat(has(lists, "c.example")).isTrue();
    assertThat(has(lists, "x.ads.example")).isFalse();
    assertThat(has(lists, "localhost")).isFalse();
  }

  @Test
  void domainsMeanTheNameAndBelow() throws IOException {
    CompiledLists lists = lists(ListFormat.DOMAINS, "a.example", "192.0.2.9", ".c.example");
    assertThat(has(lists, "a.example")).isTrue();
    assertThat(has(lists, "deep.www.a.example")).isTrue();
    assertThat(has(lists, "c.example")).isTrue();
    assertThat(has(lists, "aa.example")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/bad, none, true",
    "/bad/, none, true",
    "/bad/x/y, q, true",
    "/badly, none, false",
    "/, none, false",
    "/x/page.php, id=3, true",
    "/x/page.php, id=4, false",
    "/x/page.php, none, false"
  })
  void urlsMeanTheHostAndThePathWithEverythingBelow(String path, String query, boolean member)
      throws IOException {
    CompiledLists lists =
        lists(
            ListFormat.URLS,
            "a.example/bad",
            "http://a.example:80/x/page.php?id=3",
            "b.example/",
            "c.example");
    assertThat(hasUrl(lists, "a.example", path, query)).isEqualTo(member);
    assertThat(hasUrl(lists, "www.a.example", path, query)).isFalse();
    assertThat(has(lists, "a.example")).isFalse();
    assertThat(has(lists, "b.example")).isTrue();
    assertThat(has(lists, "c.example")).isTrue();
  }

  @Test
  void badLinesAreCountedAndTheFirstOnesTold() throws IOException {
    CompiledLists lists =
        lists(
            ListFormat.PLAIN,
            "good.example",
            "bad name",
            "x".repeat(5000),
            "*.star.example",
            "a..example",
            "10.0.0.1/8",
            "also-good.example");
    assertThat(has(lists, "good.example")).isTrue();
    assertThat(has(lists, "also-good.example")).isTrue();
    List<String> told = problems.all().stream().map(Problem::toString).toList();
    assertThat(told).hasSize(4);
    assertThat(told.get(0)).startsWith("list.txt:2: warning: this line is left out because ");
    assertThat(told.get(1))
        .isEqualTo(
            "list.txt:3: warning: this line is left out because it is longer than 4096 bytes.");
    assertThat(told.get(3))
        .isEqualTo("list.txt: warning: 2 more lines are left out because they cannot be used.");
  }

  @Test
  void theSameWarningsComeWithAnIndexThatIsUsedAgain() throws IOException {
    lists(ListFormat.PLAIN, "good.example", "bad name", "10.0.0.0/8");
    Path index = folder.resolve("state/names.index");
    Object before = Files.getAttribute(index, "unix:ino");
    Problems again = new Problems();
    CompiledLists lists =
        CompiledLists.open(
            List.of(new ListSource(0, ListFormat.PLAIN, folder.resolve("PLAIN.txt"), "list.txt")),
            1,
            folder.resolve("state"),
            again);
    assertThat(Files.getAttribute(index, "unix:ino")).isEqualTo(before);
    assertThat(again.all()).hasToString(problems.all().toString());
    assertThat(lists.inRange(0, IpAddress.ofBytes(new byte[] {10, 1, 1, 1}))).isTrue();
  }
}
