package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingsTest {
  private static final Random RANDOM = new Random(11);
  private static final byte[] PAGE = Scans.page(300_000, RANDOM);
  private static final long LIMIT = 1 << 20;

  /** What a reading gave, and how it ended. */
  private record Result(byte[] bytes, @Nullable Fault fault) {}

  private static Result decode(byte[] coded, String coding) {
    return decode(List.of(ByteBuffer.wrap(coded)), coding);
  }

  private static Result decode(List<ByteBuffer> pieces, String coding) {
    var body =
        new Body(
            Scans.subject(coding),
            new Pieces(pieces),
            ContentCodings.of(Scans.subject(coding)),
            DecodedLimits.of(LIMIT));
    byte[] all = new byte[(int) LIMIT + 1];
    int filled = 0;
    try (Reading reading = body.read(Body.View.DECODED)) {
      while (true) {
        int count =
            reading.read(all, filled, Math.min(1 + RANDOM.nextInt(9000), all.length - filled));
        if (count < 0) {
          return new Result(Arrays.copyOf(all, filled), reading.fault().orElse(null));
        }
        filled += count;
      }
    }
  }

  private static void assertWhole(Result result, byte[] expected) {
    assertThat(result.fault()).isNull();
    assertThat(result.bytes()).isEqualTo(expected);
  }

  private static void assertUnreadable(Result result) {
    assertFault(result, Verdict.Reason.UNDECODABLE);
  }

  private static void assertFault(Result result, Verdict.Reason reason) {
    assertThat(result.fault())
        .isNotNull()
        .satisfies(fault -> assertThat(fault.reason()).isEqualTo(reason));
  }

  @Test
  void undoesWhatWasDoneHoweverItWasCut() {
    for (int round = 0; round < 50; round++) {
      assertWhole(decode(Scans.cut(Scans.gzip(PAGE), RANDOM), "gzip"), PAGE);
      assertWhole(decode(Scans.cut(Scans.zlib(PAGE), RANDOM), "deflate"), PAGE);
      assertWhole(decode(Scans.cut(Scans.bareDeflate(PAGE), RANDOM), "deflate"), PAGE);
    }
    assertWhole(decode(Scans.gzip(PAGE), "x-gzip"), PAGE);
    assertWhole(decode(Scans.gzip(PAGE), "GZip"), PAGE);
    assertWhole(decode(PAGE, "identity"), PAGE);
  }

  @Test
  void undoesTheLastCodingFirst() {
    assertWhole(decode(Scans.gzip(Scans.zlib(PAGE)), "deflate, gzip"), PAGE);
    assertWhole(decode(Scans.gzip(Scans.gzip(PAGE)), "gzip,, identity ,gzip"), PAGE);
    assertUnreadable(decode(Scans.gzip(Scans.zlib(PAGE)), "gzip, deflate"));
  }

  @Test
  void undoesBrotli() {
    // One uncompressed meta-block (RFC 7932 section 9.2), as the reference encoder writes it.
    byte[] hello = HexFormat.of().parseHex("0b058068656c6c6f20776f726c6403");
    assertWhole(decode(hello, "br"), Scans.bytes("hello world"));
    assertUnreadable(decode(Arrays.copyOf(hello, 9), "br"));
    assertUnreadable(decode(Scans.gzip(hello), "br"));
  }

  @Test
  void undoesZstd() {
    byte[] hello = HexFormat.of().parseHex("28b52ffd045829000068656c6c6fa36d9f88");
    assertWhole(decode(hello, "zstd"), Scans.bytes("hello"));
    assertWhole(decode(Scans.gzip(hello), "ZSTD, gzip"), Scans.bytes("hello"));
    assertUnreadable(decode(Arrays.copyOf(hello, 9), "zstd"));
    assertUnreadable(decode(Scans.join(hello, new byte[3]), "zstd"));
    assertUnreadable(decode(Scans.gzip(hello), "zstd"));
  }

  @Test
  void readsEveryMemberOfGzip() {
    byte[] two = Scans.join(Scans.gzip(PAGE), new byte[0], Scans.gzip(Scans.bytes("more")));
    assertWhole(decode(two, "gzip"), Scans.join(PAGE, Scans.bytes("more")));
  }

  @Test
  void readsEveryFieldThatAGzipHeaderMayHave() {
    byte[] plain = Scans.gzip(PAGE);
    byte[] header =
        HexFormat.of().parseHex("1f8b081e00000000000303006162636e616d6500636f6d6d656e74001234");
    byte[] full = Scans.join(header, Arrays.copyOfRange(plain, 10, plain.length));
    assertWhole(decode(full, "gzip"), PAGE);
  }

  @Test
  void zerosMayFollowGzipAndNothingElse() {
    assertWhole(decode(Scans.join(Scans.gzip(PAGE), new byte[512]), "gzip"), PAGE);
    assertUnreadable(decode(Scans.join(Scans.gzip(PAGE), Scans.bytes("x")), "gzip"));
    assertUnreadable(decode(Scans.join(Scans.gzip(PAGE), new byte[3], Scans.bytes("x")), "gzip"));
    assertUnreadable(decode(Scans.join(Scans.zlib(PAGE), Scans.bytes("x")), "deflate"));
  }

  @Test
  void anEmptyBodyIsEmptyInEveryCoding() {
    for (String coding :
        List.of("gzip", "deflate", "gzip, gzip", "br", "zstd", "identity", "compress")) {
      assertWhole(decode(new byte[0], coding), new byte[0]);
    }
  }

  @Test
  void aBodyThatEndsInTheMiddleGivesWhatCameBefore() {
    for (UnaryOperator<byte[]> coder :
        List.<UnaryOperator<byte[]>>of(Scans::gzip, Scans::zlib, Scans::bareDeflate)) {
      byte[] coded = coder.apply(PAGE);
      String coding = coded[0] == 0x1f ? "gzip" : "deflate";
      Result result = decode(Arrays.copyOf(coded, coded.length / 2), coding);
      assertUnreadable(result);
      assertThat(result.bytes().length).isBetween(1000, PAGE.length);
      assertThat(result.bytes()).isEqualTo(Arrays.copyOf(PAGE, result.bytes().length));
    }
  }

  @Test
  void everyCutOfGzipIsUnreadable() {
    byte[] coded = Scans.gzip(Scans.bytes("a short body"));
    for (int length = 1; length < coded.length; length++) {
      assertUnreadable(decode(Arrays.copyOf(coded, length), "gzip"));
    }
  }

  @Test
  void everyChangedByteOfDataOrChecksumIsNoticed() {
    byte[] body = Scans.bytes("a short body, a short body");
    byte[] coded = Scans.gzip(body);
    for (int at = 10; at < coded.length; at++) {
      byte[] changed = coded.clone();
      changed[at] ^= 0x10;
      Result result = decode(changed, "gzip");
      // The last bits before the checksum mean nothing.
      assertThat(result.fault() != null || Arrays.equals(result.bytes(), body))
          .as("byte " + at)
          .isTrue();
    }
  }

  @Test
  void whatIsNotTheCodingIsUnreadable() {
    assertUnreadable(decode(PAGE, "gzip"));
    assertUnreadable(decode(PAGE, "deflate"));
    assertUnreadable(decode(PAGE, "br"));
    assertUnreadable(decode(Scans.zlib(PAGE), "gzip"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compress",
        "utf-8",
        "gzip;q=1",
        "gzip gzip",
        "aws-chunked",
        "*",
        "gzip, gzip, gzip, gzip, gzip",
        "none"
      })
  void aCodingThatNobodyHereCanUndoIsUnreadable(String coding) {
    assertUnreadable(decode(PAGE, coding));
  }

  @Test
  void aBombIsTooLargeAtTheLimitAndNoFurther() {
    byte[] fits = new byte[(int) LIMIT];
    assertWhole(decode(Scans.gzip(fits), "gzip"), fits);
    for (byte[] bomb : List.of(new byte[(int) LIMIT + 1], new byte[50 << 20])) {
      Result result = decode(Scans.gzip(bomb), "gzip");
      assertFault(result, Verdict.Reason.TOO_BIG);
      assertThat(result.bytes()).hasSize((int) LIMIT);
    }
  }

  @Test
  void aBombThatIsLargeOnlyInTheMiddleIsTooLarge() {
    byte[] empty = Scans.gzip(new byte[0]);
    byte[] many = new byte[empty.length * 100_000];
    for (int i = 0; i < 100_000; i++) {
      System.arraycopy(empty, 0, many, i * empty.length, empty.length);
    }
    Result result = decode(Scans.gzip(many), "gzip, gzip");
    assertThat(result.bytes()).isEmpty();
    assertFault(result, Verdict.Reason.TOO_BIG);
  }

  @Test
  void hostileBytesEndInAValueAndNeverInAnException() {
    long seed = 17;
    Random random = new Random(seed);
    byte[] small = Scans.page(2000, random);
    List<byte[]> good = List.of(Scans.gzip(small), Scans.zlib(small), Scans.bareDeflate(small));
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = good.get(random.nextInt(good.size())).clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      for (String coding : List.of("gzip", "deflate", "br")) {
        Result result = decode(List.of(ByteBuffer.wrap(bytes)), coding);
        assertThat(result.bytes().length).as("seed " + seed).isLessThanOrEqualTo((int) LIMIT);
      }
    }
  }
}
