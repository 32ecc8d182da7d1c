package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransferDecoderTest {
  private static final byte[] PAGE = page();

  private static byte[] page() {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    while (text.length() < 100_000) {
      text.append(random.nextInt(1000)).append(" checkpoint\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] coded(TransferCoding coding, byte[] body) {
    var out = new ByteArrayOutputStream();
    try (var coder =
        switch (coding) {
          case GZIP -> new GZIPOutputStream(out);
          case DEFLATE -> new DeflaterOutputStream(out);
        }) {
      coder.write(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  /** What came out, and what was wrong, or the empty text. */
  private record Result(byte[] content, String fault) {}

  private static Result decode(TransferCoding coding, List<byte[]> pieces) {
    var out = new ByteArrayOutputStream();
    List<ByteBuf> fed = new ArrayList<>();
    try (var decoder = new TransferDecoder(coding)) {
      for (byte[] piece : pieces) {
        ByteBuf buffer = Unpooled.directBuffer(Math.max(1, piece.length)).writeBytes(piece);
        fed.add(buffer);
        decoder.feed(buffer);
        String fault = drain(decoder, out);
        if (!fault.isEmpty()) {
          return new Result(out.toByteArray(), fault);
        }
      }
      String fault = decoder.end().map(TransferDecoderTest::fault).orElse("");
      return new Result(out.toByteArray(), fault);
    } finally {
      assertThat(fed).allMatch(buffer -> buffer.refCnt() == 0);
    }
  }

  private static String drain(TransferDecoder decoder, ByteArrayOutputStream out) {
    while (true) {
      switch (decoder.next(UnpooledByteBufAllocator.DEFAULT)) {
        case Undone.Piece(ByteBuf content) -> {
          assertThat(content.readableBytes()).isBetween(1, TransferDecoder.PIECE);
          byte[] bytes = new byte[content.readableBytes()];
          content.readBytes(bytes);
          content.release();
          out.writeBytes(bytes);
        }
        case NeedMore _ -> {
          return "";
        }
        case Bad bad -> {
          return fault(bad);
        }
      }
    }
  }

  private static String fault(Bad bad) {
    assertThat(bad.failure().side()).isEqualTo(Failure.Side.ORIGIN);
    assertThat(bad.failure().kind()).isEqualTo(Failure.Kind.MALFORMED_RESPONSE);
    return bad.failure().detail();
  }

  private static Result decode(TransferCoding coding, byte[] coded) {
    return decode(coding, List.of(coded));
  }

  private static List<byte[]> cut(byte[] bytes, int size) {
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += size) {
      pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
    }
    return pieces;
  }

  private static byte[] join(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  @ParameterizedTest
  @EnumSource
  void givesTheContentHoweverItWasCut(TransferCoding coding) {
    byte[] coded = coded(coding, PAGE);
    for (int size : new int[] {1, 2, 3, 7, 1000, coded.length - 1, coded.length}) {
      Result result = decode(coding, cut(coded, size));
      assertThat(result.fault()).isEmpty();
      assertThat(result.content()).isEqualTo(PAGE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBombComesInSmallPieces(TransferCoding coding) {
    byte[] zeros = new byte[20 << 20];
    Result result = decode(coding, coded(coding, zeros));
    assertThat(result.fault()).isEmpty();
    assertThat(result.content()).isEqualTo(zeros);
  }

  @ParameterizedTest
  @EnumSource
  void aBodyOfNoBytesHasNoContent(TransferCoding coding) {
    assertThat(decode(coding, List.of()).fault()).isEmpty();
    assertThat(decode(coding, coded(coding, new byte[0])).fault()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyCutIsAFault(TransferCoding coding) {
    byte[] coded = coded(coding, "a short body, a short body".getBytes(StandardCharsets.US_ASCII));
    for (int length = 1; length < coded.length; length++) {
      assertThat(decode(coding, Arrays.copyOf(coded, length)).fault())
          .contains("ends in the middle");
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingMayFollow(TransferCoding coding) {
    byte[] coded = coded(coding, PAGE);
    for (byte[] more : List.of(new byte[1], coded)) {
      assertThat(decode(coding, join(coded, more)).fault()).contains("behind the end");
      assertThat(decode(coding, List.of(coded, more)).fault()).contains("behind the end");
    }
  }

  @Test
  void whatIsNotTheCodingIsAFault() {
    assertThat(decode(TransferCoding.GZIP, PAGE).fault()).contains("is no gzip");
    assertThat(decode(TransferCoding.GZIP, coded(TransferCoding.DEFLATE, PAGE)).fault())
        .contains("is no gzip");
    assertThat(decode(TransferCoding.DEFLATE, PAGE).fault()).contains("cannot be undone");
    assertThat(decode(TransferCoding.DEFLATE, HexFormat.of().parseHex("78bb00000001")).fault())
        .contains("dictionary");
    byte[] reserved = coded(TransferCoding.GZIP, PAGE);
    reserved[3] = (byte) 0x80;
    assertThat(decode(TransferCoding.GZIP, reserved).fault()).contains("is no gzip");
  }

  @Test
  void aWrongChecksumOrLengthIsAFault() {
    byte[] coded = coded(TransferCoding.GZIP, PAGE);
    for (int at = coded.length - 8; at < coded.length; at++) {
      byte[] changed = coded.clone();
      changed[at] ^= 1;
      assertThat(decode(TransferCoding.GZIP, changed).fault()).contains("checksum");
    }
  }

  @Test
  void readsEveryFieldOfAGzipHeaderHoweverItWasCut() {
    byte[] plain = coded(TransferCoding.GZIP, PAGE);
    byte[] header =
        HexFormat.of().parseHex("1f8b081e00000000000303006162636e616d6500636f6d6d656e74001234");
    byte[] full = join(header, Arrays.copyOfRange(plain, 10, plain.length));
    for (int size : new int[] {1, 2, 5, full.length}) {
      Result result = decode(TransferCoding.GZIP, cut(full, size));
      assertThat(result.fault()).isEmpty();
      assertThat(result.content()).isEqualTo(PAGE);
    }
    byte[] empty = HexFormat.of().parseHex("1f8b0804000000000003" + "0000");
    assertThat(
            decode(TransferCoding.GZIP, join(empty, Arrays.copyOfRange(plain, 10, plain.length)))
                .content())
        .isEqualTo(PAGE);
  }

  @ParameterizedTest
  @EnumSource
  void whatChanceMakesOfItEndsInContentOrAFault(TransferCoding coding) {
    Random random = new Random(12);
    byte[] small = Arrays.copyOf(PAGE, 2000);
    byte[] good = coded(coding, small);
    for (int round = 0; round < 5000; round++) {
      byte[] changed = good.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      Result result = decode(coding, cut(changed, 1 + random.nextInt(changed.length)));
      assertThat(!result.fault().isEmpty() || Arrays.equals(result.content(), small)).isTrue();
    }
  }
}
