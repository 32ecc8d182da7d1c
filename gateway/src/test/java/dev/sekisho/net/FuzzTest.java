package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random texts of the pieces that matter: every parser answers or refuses, and what it answered
 * reads back as the same.
 */
class FuzzTest {
  private static final long SEED = 42;
  private static final int ROUNDS = 20_000;

  private static final List<String> PIECES =
      List.of(
          "a",
          "b",
          "z",
          "A",
          "0",
          "1",
          "9",
          "127",
          "255",
          "256",
          "0x",
          "0X7f",
          "017",
          "f",
          "ffff",
          ".",
          ".",
          ".",
          ":",
          ":",
          "::",
          "[",
          "]",
          "%",
          "%2e",
          "%25",
          "@",
          "/",
          "//",
          "\\",
          "?",
          "#",
          ";",
          " ",
          "\t",
          "\0",
          "-",
          "--",
          "xn--",
          "_",
          "é",
          "ß",
          "İ",
          "日",
          "。",
          "．",
          "１",
          "①",
          "⒈",
          "\u00ad",
          "\u200d",
          "\ufe0f",
          "\u0308",
          "\ud83d",
          "\ude00",
          "😀",
          "℀",
          "http://",
          "wss://",
          "..",
          "%c0%ae",
          "%u002f",
          "\u00c0\u00ae",
          "80",
          "65536",
          "/8",
          "10.0.0.0",
          "2001:db8::",
          "example.com");

  private interface Parser {
    String canonical(String text) throws MalformedException;
  }

  @Test
  void hostsAnswerOrRefuse() {
    readsBack(text -> {
      Host host = Host.parse(text);
      return host instanceof IpAddress address && address.v6()
          ? "[" + host.text() + "]"
          : host.text();
    });
  }

  @Test
  void addressesAnswerOrRefuse() {
    readsBack(text -> IpAddress.parse(text).text());
  }

  @Test
  void rangesAnswerOrRefuse() {
    readsBack(text -> Cidr.parse(text).toString());
  }

  @Test
  void authoritiesAnswerOrRefuse() {
    readsBack(text -> Authority.parse(text, 80).toString());
  }

  @Test
  void urlsAnswerOrRefuse() {
    readsBack(text -> HttpUrl.parse(text).toString());
    readsBack(text ->
        HttpUrl.parse("http://example.com" + text)
            .toString()
            .substring("http://example.com".length()));
  }

  @Test
  void everyAddressHasAClassAndReadsBack() throws MalformedException {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      long high = random.nextLong() & -(random.nextInt(4) & 1L) & mask(random);
      IpAddress address =
          random.nextBoolean()
              ? IpAddress.v4(random.nextInt())
              : new IpAddress(true, high, random.nextLong() & mask(random));
      assertThat(AddressClass.of(address)).as("seed %d, round %d", SEED, i).isNotNull();
      assertThat(IpAddress.parse(address.text()))
          .as("seed %d, round %d", SEED, i)
          .isEqualTo(address);
      assertThat(IpAddress.ofBytes(address.bytes()))
          .as("seed %d, round %d", SEED, i)
          .isEqualTo(address.unmapped());
    }
  }

  @Test
  void pathsAreReadWithinBounds() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS / 10; i++) {
      String path = "/" + text(random);
      PathReadings readings = PathReadings.of(path);
      assertThat(readings.all())
          .as("seed %d, round %d: %s", SEED, i, path)
          .startsWith(path)
          .doesNotHaveDuplicates()
          .hasSizeLessThanOrEqualTo(PathReadings.MAX_READINGS);
    }
  }

  /** Zero groups in random places. */
  private static long mask(Random random) {
    long mask = 0;
    for (int i = 0; i < 4; i++) {
      mask = mask << 16 | (random.nextBoolean() ? 0xffff : 0);
    }
    return mask;
  }

  private static void readsBack(Parser parser) {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      String text = text(random);
      String where = "seed " + SEED + ", round " + i + ": " + text;
      try {
        readsBack(parser, text, where);
      } catch (RuntimeException e) {
        throw new AssertionError(where, e);
      }
    }
  }

  private static void readsBack(Parser parser, String text, String where) {
    String canonical;
    try {
      canonical = parser.canonical(text);
    } catch (MalformedException e) {
      assertThat(e.reason()).as(where).matches("\\P{Cntrl}+");
      return;
    }
    assertThatCode(() -> assertThat(parser.canonical(canonical)).isEqualTo(canonical))
        .as(where)
        .doesNotThrowAnyException();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int pieces = 1 + random.nextInt(8); pieces > 0; pieces--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }
}
