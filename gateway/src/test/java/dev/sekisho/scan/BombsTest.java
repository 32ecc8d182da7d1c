package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is small as it was sent, and large when its codings are undone. */
class BombsTest {
  /** 64 MiB of zeros, as the reference encoder of brotli writes them: 51 bytes. */
  private static final byte[] BROTLI =
      HexFormat.of()
          .parseHex(
              "cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffcfffff7f00"
                  + "1200715800baf7ff");

  /** Without a window that grows: frames of 128 KiB of zeros for four bytes each. */
  private static byte[] zstd(int megabytes) {
    byte[] head = HexFormat.of().parseHex("28b52ffd0068");
    byte[] all = new byte[head.length + 4 * 8 * megabytes];
    System.arraycopy(head, 0, all, 0, head.length);
    for (int block = 0; block < 8 * megabytes; block++) {
      int header = 0x20000 << 3 | 1 << 1 | (block == 8 * megabytes - 1 ? 1 : 0);
      all[head.length + 4 * block] = (byte) header;
      all[head.length + 4 * block + 1] = (byte) (header >> 8);
      all[head.length + 4 * block + 2] = (byte) (header >> 16);
    }
    return all;
  }

  private static byte[] zeros(int megabytes) {
    return new byte[megabytes << 20];
  }

  private static byte[] times(byte[] part, int count) {
    byte[] all = new byte[part.length * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(part, 0, all, i * part.length, part.length);
    }
    return all;
  }

  private static byte[] emptyMembers(int count) {
    return times(Scans.gzip(new byte[0]), count);
  }

  /**
   * A body and its fate.
   *
   * @param says what the detail of its verdict names; empty for a body that is clean
   */
  private record Bomb(String name, byte[] body, String coding, String... says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String LIMIT = "longer than 20MiB (scan.decoded.limit)";
  private static final String RATIO = "longer than 1100 times the ";

  static Stream<Bomb> bombs() {
    byte[] emptyZstd = HexFormat.of().parseHex("28b52ffd2000010000");
    return Stream.of(
        new Bomb("as much as may be", Scans.gzip(zeros(20)), "gzip"),
        new Bomb("gzip over the limit", Scans.gzip(zeros(21)), "gzip", "With gzip", LIMIT),
        new Bomb("deflate", Scans.zlib(zeros(21)), "deflate", "With deflate", LIMIT),
        new Bomb("bare deflate", Scans.bareDeflate(zeros(21)), "deflate", LIMIT),
        new Bomb("zstd of a few bytes", zstd(9), "zstd", "With zstd", RATIO + 294),
        new Bomb("zstd below what is free", zstd(8), "zstd"),
        new Bomb("zstd of many bytes", padded(zstd(21)), "zstd", "With zstd", LIMIT),
        new Bomb("brotli that gives nothing", emptyBlocks(1), "br"),
        new Bomb("brotli", BROTLI, "br", "With br", RATIO + 51),
        new Bomb("gzip in gzip", Scans.gzip(Scans.gzip(zeros(12))), "gzip, gzip", RATIO),
        new Bomb("gzip in gzip in gzip", thrice(zeros(12)), "gzip, gzip, gzip", RATIO),
        new Bomb("zstd in gzip", Scans.gzip(zstd(12)), "zstd, gzip", "With zstd", RATIO),
        new Bomb("brotli in zstd", raw(BROTLI), "br, zstd", "With br", RATIO),
        new Bomb("both together", twice(12), "gzip, gzip", "With gzip", LIMIT),
        new Bomb("many empty members", emptyMembers(200_000), "gzip"),
        new Bomb("many empty frames", times(emptyZstd, 200_000), "zstd"),
        new Bomb(
            "large in the middle only",
            Scans.gzip(emptyMembers(1_200_000)),
            "gzip, gzip",
            "With gzip",
            LIMIT),
        new Bomb(
            "large in the middle only, by ratio",
            Scans.gzip(Scans.gzip(emptyMembers(600_000))),
            "gzip, gzip, gzip",
            RATIO),
        new Bomb(
            "large in the middle under brotli", Scans.gzip(emptyBlocks(21)), "br, gzip", LIMIT),
        new Bomb("a log of one line", Scans.gzip(log(18 << 20)), "gzip"));
  }

  /** With a skippable frame that costs what a large body costs. */
  private static byte[] padded(byte[] zstd) {
    byte[] skipped = new byte[8 + 100_000];
    System.arraycopy(HexFormat.of().parseHex("502a4d18a0860100"), 0, skipped, 0, 8);
    return Scans.join(skipped, zstd);
  }

  /** A stream of brotli that gives nothing: a million blocks of no metadata each. */
  private static byte[] emptyBlocks(int megabytes) {
    byte[] blocks = new byte[megabytes << 20];
    Arrays.fill(blocks, (byte) 0x06);
    blocks[0] = 0x0c;
    blocks[blocks.length - 1] = 0x03;
    return blocks;
  }

  private static byte[] thrice(byte[] body) {
    return Scans.gzip(Scans.gzip(Scans.gzip(body)));
  }

  /** Neither coding gives too much, the two together do. */
  private static byte[] twice(int megabytes) {
    byte[] noise = new byte[megabytes << 20];
    new Random(1).nextBytes(noise);
    return Scans.gzip(Scans.gzip(noise));
  }

  /** One raw block. */
  private static byte[] raw(byte[] content) {
    int header = content.length << 3 | 1;
    byte[] head = {
      0x28,
      (byte) 0xb5,
      0x2f,
      (byte) 0xfd,
      0x20,
      (byte) content.length,
      (byte) header,
      (byte) (header >> 8),
      0
    };
    return Scans.join(head, content);
  }

  private static byte[] log(int length) {
    byte[] line =
        "10.1.2.3 - - [24/Nov/2026:12:00:00 +0900] \"GET / HTTP/1.1\" 200 612\n"
            .getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(times(line, length / line.length + 1), length);
  }

  @ParameterizedTest
  @MethodSource("bombs")
  void everyBombHasAStatedFate(Bomb bomb) {
    try (BodyScanner scanner =
        Scans.scanner("limit: 32MiB, decoded: { limit: 20MiB }, unscanned: { too-big: block }")) {
      Verdict verdict = Scans.scan(scanner, bomb.body(), bomb.coding());
      if (bomb.says().length == 0) {
        assertThat(verdict).isEqualTo(new Verdict.Clean("signatures"));
        return;
      }
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.Unscanned.class,
              unscanned -> {
                assertThat(unscanned.reason()).isEqualTo(Verdict.Reason.TOO_BIG);
                assertThat(unscanned.detail()).contains(bomb.says());
                assertThat(unscanned.fate()).isEqualTo(Verdict.Fate.BLOCK);
              });
    }
  }

  @Test
  void aDecoderThatGivesNothingEndsWhenTheScanIsGivenUp() {
    byte[] body = emptyMembers(200_000);
    var subject = Scans.subject("gzip");
    var pieces = new Pieces(Collections.nCopies(30, ByteBuffer.wrap(body)));
    Body held = new Body(subject, pieces, ContentCodings.of(subject), DecodedLimits.of(20 << 20));
    try (Reading reading = held.read(Body.View.DECODED)) {
      Thread.currentThread().interrupt();
      assertThat(reading.read(new byte[10], 0, 10)).isEqualTo(-1);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(reading.fault().orElseThrow().detail()).contains("given up");
    }
  }

  @Test
  void moreThanFourCodingsAreNotUndone() {
    byte[] body = Scans.bytes("hello");
    try (BodyScanner scanner = Scans.scanner("")) {
      for (int depth = 1; depth <= 6; depth++) {
        body = Scans.gzip(body);
        String coding = String.join(", ", Collections.nCopies(depth, "gzip"));
        Verdict verdict = Scans.scan(scanner, body, coding);
        if (depth <= 4) {
          assertThat(verdict).isEqualTo(new Verdict.Clean("signatures"));
        } else {
          assertThat(((Verdict.Unscanned) verdict).reason()).isEqualTo(Verdict.Reason.UNDECODABLE);
        }
      }
    }
  }

  /** Reason in the first column: clean, infected or a reason of unscanned. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clean       | plain   |",
        "clean       | plain   | identity",
        "clean       | plain   | identity, IDENTITY",
        "clean       | plain   | ','",
        "clean       | gzip    | gzip",
        "clean       | gzip    | x-gzip",
        "clean       | gzip    | X-GZip",
        "clean       | gzip    | identity, gzip",
        "clean       | gzip    | ' gzip , identity,, '",
        "clean       | zlib    | deflate",
        "clean       | bare    | DEFLATE",
        "clean       | zstd    | zstd",
        "clean       | gzip*4  | gzip, x-gzip, GZIP, gzip",
        "undecodable | gzip*4  | gzip, gzip, gzip, gzip, identity, gzip",
        "undecodable | plain   | gzip",
        "undecodable | plain   | zstd",
        "undecodable | plain   | br",
        "undecodable | plain   | deflate",
        "undecodable | plain   | compress",
        "undecodable | plain   | dcz",
        "undecodable | plain   | utf-8",
        "undecodable | plain   | gzip;q=1",
        "undecodable | plain   | aws-chunked",
        "undecodable | gzip    | zstd",
        "clean       | empty   |",
        "clean       | empty   | gzip",
        "clean       | empty   | deflate",
        "clean       | empty   | br",
        "clean       | empty   | zstd",
        "clean       | empty   | br, gzip",
        "clean       | empty   | compress",
        "clean       | empty   | gzip, gzip, gzip, gzip, gzip",
        "infected    | eicar   |",
        "infected    | eicar   | identity",
        "infected    | eicar   | gzip",
        "infected    | eicar   | compress",
        "infected    | gzip of eicar | gzip",
        "infected    | zstd of eicar | zstd",
        "infected    | gzip of eicar | identity , x-GZIP",
        "clean       | gzip of eicar |",
      })
  void whatTheWordsSayIsUndone(String fate, String body, String coding) {
    try (BodyScanner scanner = Scans.scanner("engines: [ { signatures: {} } ]")) {
      Verdict verdict =
          Scans.scan(scanner, body(body), coding == null ? null : coding.toLowerCase(Locale.ROOT));
      String said =
          switch (verdict) {
            case Verdict.Clean _ -> "clean";
            case Verdict.Infected _ -> "infected";
            case Verdict.Unscanned unscanned -> unscanned.reason().word();
          };
      assertThat(said).isEqualTo(fate);
    }
  }

  private static byte[] body(String name) {
    byte[] plain = Scans.page(200, new Random(1));
    return switch (name) {
      case "plain" -> plain;
      case "gzip" -> Scans.gzip(plain);
      case "zlib" -> Scans.zlib(plain);
      case "bare" -> Scans.bareDeflate(plain);
      case "zstd" -> raw(plain);
      case "gzip*4" -> Scans.gzip(thrice(plain));
      case "empty" -> new byte[0];
      case "eicar" -> Scans.eicar();
      case "gzip of eicar" -> Scans.gzip(Scans.eicar());
      case "zstd of eicar" -> raw(Scans.eicar());
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Test
  void aRatioIsConfigurable() {
    byte[] body = Scans.gzip(zeros(12));
    try (BodyScanner usual = Scans.scanner("");
        BodyScanner strict = Scans.scanner("decoded: { ratio: 100 }")) {
      assertThat(Scans.scan(usual, body, "gzip")).isEqualTo(new Verdict.Clean("signatures"));
      assertThat(((Verdict.Unscanned) Scans.scan(strict, body, "gzip")).detail())
          .contains("longer than 100 times the " + body.length + " bytes");
    }
  }

  @Test
  void whatCameBeforeAFaultWasScanned() {
    byte[] gzip = Scans.join(Scans.gzip(Scans.eicar()), Scans.zlib(zeros(1)));
    try (BodyScanner scanner = Scans.scanner("engines: [ { signatures: {} } ]")) {
      assertThat(Scans.scan(scanner, gzip, "gzip")).isInstanceOf(Verdict.Infected.class);
    }
  }
}
