package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads to object stores, as their clients write them. */
class AwsChunkedStreamTest {
  private static final String SIGNED = ";chunk-signature=" + "ad80c730".repeat(8);
  private static final String SIGNED_LONG =
      ";chunk-signature=" + "3045".repeat(35) + "**".repeat(2);

  /** {@code $} stands for a signature, {@code |} for the end of a line. */
  private static byte[] coded(String text) {
    return Scans.bytes(text.replace("$", SIGNED).replace("|", "\r\n"));
  }

  private static String decode(byte[] coded) throws IOException {
    try (var stream = new AwsChunkedStream(new ByteArrayInputStream(coded))) {
      return new String(stream.readAllBytes(), "UTF-8");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "5$|hello|0$|| # hello",
        "2$|he|3$|llo|0$|| # hello",
        "5|hello|0|| # hello",
        "5|hello|0|x-amz-checksum-crc32:oRiW2g==|| # hello",
        "5$|hello|0$|x-amz-checksum-crc32c:sOO8/Q==|x-amz-trailer-signature:d81f82fc||# hello",
        "A$|0123456789|0$|| # 0123456789",
        "a|0123456789|0|| # 0123456789",
        "00006|he|lo|0|| # he|lo",
        "0$|| # ''",
        "0|| # ''",
        "0|x-amz-checksum-sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=|| # ''",
      })
  void undoesChunks(String coded, String content) throws IOException {
    assertThat(decode(coded(coded))).isEqualTo(content.replace("|", "\r\n"));
  }

  @Test
  void readsTheLongSignaturesToo() throws IOException {
    assertThat(decode(coded("5" + SIGNED_LONG + "|hello|0" + SIGNED_LONG + "||")))
        .isEqualTo("hello");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "5",
        "5|",
        "5|hell",
        "5|hello",
        "5|hello|",
        "5|hello|0",
        "5|hello|0|",
        "5|hello|0|x",
        "5|hello|0|x-amz-a:b|",
        "5|hello|0||x",
        "5|hello|0|||",
        "5|hello||0||",
        "6|hello|0||",
        "4|hello|0||",
        "-5|hello|0||",
        "+5|hello|0||",
        "0x5|hello|0||",
        " 5|hello|0||",
        "5 |hello|0||",
        "5;|hello|0||",
        "5;ext=1|hello|0||",
        "5;chunk-signature=|hello|0||",
        "5;chunk-signature=00|hello|0||",
        "5;Chunk-Signature=0011223344556677889900112233445566778899001122334455667788990011|hello|0||",
        "5$0000000000000000000000000000000000000000000000000000000000000000000000000000000000|hello|0||",
        "5$ |hello|0||",
        "5\nhello\n0\n\n",
        "0000000000005|hello|0||",
        "fffffffffffff|hello|0||",
        "ffffffffffff|hello|0||",
        "|hello|0||",
        "5|hello|0|Content-Length: 3||",
        "5|hello|0|x-amz-a:\u0001||",
        "5|hello|0|x-amz-a:1\n|",
        "5|hello|0|x-amz-a:1\rx-amz-b:2||",
      })
  void refusesWhateverAStoreWouldRefuse(String coded) {
    assertThatThrownBy(() -> decode(coded(coded))).isInstanceOf(FaultException.class);
  }

  @Test
  void trailersHaveAnEnd() {
    assertThatThrownBy(() -> decode(coded("0|" + "x-amz-a:b|".repeat(17) + "|")))
        .hasMessageContaining("Too many lines");
    assertThatThrownBy(() -> decode(coded("0|x-amz-a:" + "b".repeat(5000) + "||")))
        .hasMessageContaining("no trailer of S3");
  }

  @Test
  void largeUploadsInManyChunksAreWholeHoweverTheyWereCut() throws IOException {
    Random random = new Random(6);
    byte[] body = Scans.page(300_000, random);
    byte[] coded = chunked(body, random);
    for (int round = 0; round < 20; round++) {
      var out = new ByteArrayOutputStream();
      var subject = Scans.upload("aws-chunked");
      try (Reading reading = body(subject, Scans.cut(coded, random)).read(Body.View.DECODED)) {
        byte[] buffer = new byte[1 + random.nextInt(9000)];
        for (int count = 0; count >= 0; count = reading.read(buffer, 0, buffer.length)) {
          out.write(buffer, 0, count);
        }
        assertThat(reading.fault()).isEmpty();
      }
      assertThat(out.toByteArray()).isEqualTo(body);
    }
  }

  private static byte[] chunked(byte[] body, Random random) {
    var out = new ByteArrayOutputStream();
    for (int at = 0; at < body.length; ) {
      int size = Math.min(body.length - at, 1 + random.nextInt(70_000));
      out.writeBytes(coded(Integer.toHexString(size) + "$|"));
      out.write(body, at, size);
      out.writeBytes(coded("|"));
      at += size;
    }
    out.writeBytes(coded("0$||"));
    return out.toByteArray();
  }

  private static Body body(Scanner.Subject subject, List<ByteBuffer> pieces) {
    return new Body(
        subject, new Pieces(pieces), ContentCodings.of(subject), DecodedLimits.of(1 << 20));
  }

  @Test
  void theChunksAreUndoneFirstWhereverTheWordStands() {
    for (String field : List.of("aws-chunked,gzip", "gzip, aws-chunked", "GZIP,AWS-Chunked")) {
      assertThat(ContentCodings.of(Scans.upload(field)))
          .as(field)
          .contains(
              new ContentCodings(
                  List.of(ContentCodings.Coding.AWS_CHUNKED, ContentCodings.Coding.GZIP)));
    }
    assertThat(ContentCodings.of(Scans.upload("aws-chunked, aws-chunked"))).isEmpty();
    assertThat(ContentCodings.of(Scans.upload("aws-chunked,gzip,gzip,gzip,gzip"))).isEmpty();
  }

  @Test
  void clientsThatLeaveTheCodingOutSayItInTheDigestOfTheContent() {
    var says = new HeadField("X-Amz-Content-SHA256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    var whole = new HeadField("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb924");
    var chunks = new ContentCodings(List.of(ContentCodings.Coding.AWS_CHUNKED));
    assertThat(ContentCodings.of(Scans.upload(null, says))).contains(chunks);
    assertThat(ContentCodings.of(Scans.upload("aws-chunked", says))).contains(chunks);
    assertThat(ContentCodings.of(Scans.upload(null, whole))).contains(ContentCodings.NONE);
  }

  @Test
  void inAnAnswerNobodyUndoesIt() {
    assertThat(ContentCodings.of(Scans.subject("aws-chunked"))).isEqualTo(Optional.empty());
  }
}
