package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Failure.Kind;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BodyReaderTest {
  private record Fault(String detail, String bytes) {}

  private static final List<Fault> BAD_CHUNKS =
      List.of(
          new Fault("not a hexadecimal", "0x5\r\nhello\r\n0\r\n\r\n"),
          new Fault("not a hexadecimal", "+5\r\nhello\r\n"),
          new Fault("not a hexadecimal", "-5\r\nhello\r\n"),
          new Fault("not a hexadecimal", " 5\r\nhello\r\n"),
          new Fault("not a hexadecimal", "\r\nhello\r\n"),
          new Fault("not a hexadecimal", ";ext\r\nhello\r\n"),
          new Fault("not a hexadecimal", "5g\r\nhello\r\n"),
          new Fault("not a hexadecimal", "5\nhello\r\n"),
          new Fault("not a hexadecimal", "5,5\r\nhello\r\n"),
          new Fault("not a hexadecimal", "5\u0000\r\nhello\r\n"),
          new Fault("not a hexadecimal", "\u00b5\r\nhello\r\n"),
          new Fault("too large", "8000000000000000\r\nhello\r\n"),
          new Fault("too large", "ffffffffffffffff\r\nhello\r\n"),
          new Fault("too large", "10000000000000005\r\nhello\r\n"),
          new Fault("too large", "00000000000000005\r\nhello\r\n"),
          new Fault("white space after a chunk size", "5 \r\nhello\r\n"),
          new Fault("white space after a chunk size", "5\t\r\nhello\r\n"),
          new Fault("white space after a chunk size", "5 5\r\nhello\r\n"),
          new Fault("end in CRLF", "5\rhello\r\n"),
          new Fault("end in CRLF", "5\r\r\nhello\r\n"),
          new Fault("end in CRLF", "5;a=b\rhello\r\n"),
          new Fault("control character in a chunk extension", "5;a=b\nhello\r\n0\r\n\r\n"),
          new Fault("control character in a chunk extension", "5;a=\"\nhello\"\r\n"),
          new Fault("control character in a chunk extension", "5;\u0000\r\nhello\r\n"),
          new Fault("control character in a chunk extension", "5;a=\"x\r\nhello\r\n0\r\n\r\n"),
          new Fault("control character in a chunk extension", "5;a=\"x\\\"\r\nhello\r\n0\r\n\r\n"),
          new Fault("control character in a chunk extension", "5;a=\"x\\\r\nhello\r\n"),
          new Fault("longer than its size", "5\r\nhello!\r\n0\r\n\r\n"),
          new Fault("longer than its size", "5\r\nhello0\r\n\r\n"),
          new Fault("longer than its size", "5\r\nhello\n0\r\n\r\n"),
          new Fault("does not end in CRLF", "5\r\nhello\r0\r\n\r\n"),
          new Fault(
              "chunk extensions of more than", "5;" + "x".repeat(17 * 1024) + "\r\nhello\r\n"),
          new Fault(
              "chunk extensions of more than", ("1;" + "x".repeat(1000) + "\r\na\r\n").repeat(20)),
          new Fault("folded", "0\r\n X: y\r\n\r\n"),
          new Fault("folded", "0\r\nX: y\r\n z\r\n\r\n"),
          new Fault("without a colon", "0\r\nGET\r\n\r\n"),
          new Fault("white space in or after", "0\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
          new Fault("line feed without", "0\r\n\n"),
          new Fault("line feed without", "0\r\nX: y\n\r\n"),
          new Fault("control character", "0\r\nX: \u0000\r\n\r\n"),
          new Fault("carriage return without", "0\r\n\rX: y\r\n\r\n"),
          new Fault("more than 100 fields", "0\r\n" + "X: y\r\n".repeat(101) + "\r\n"),
          new Fault("a trailer field too long", "0\r\nX: " + "y".repeat(17 * 1024) + "\r\n\r\n"),
          new Fault(
              "a header block of more",
              "0\r\n" + ("X: " + "y".repeat(9000) + "\r\n").repeat(4) + "\r\n"));

  @TestFactory
  Stream<DynamicTest> refusesFaultyChunksHoweverTheBytesAreCut() {
    return BAD_CHUNKS.stream()
        .map(bad ->
            DynamicTest.dynamicTest(
                bad.detail + ": " + shown(bad.bytes),
                () -> {
                  ByteBuf in = Wire.buffer(bad.bytes);
                  BodyPart part =
                      last(BodyReader.ofRequest(BodyFraming.CHUNKED), in, new StringBuilder());
                  assertThat(part).isInstanceOf(Bad.class);
                  Failure failure = ((Bad) part).failure();
                  assertThat(failure.detail()).contains(bad.detail);
                  assertThat(failure.side()).isEqualTo(Failure.Side.CLIENT);
                  assertThat(failure.kind())
                      .isEqualTo(
                          bad.detail.contains("more than 100")
                                  || bad.detail.contains("block")
                                  || bad.detail.contains("trailer field")
                              ? Kind.HEADER_TOO_LARGE
                              : Kind.MALFORMED_REQUEST);
                  Wire.sameHoweverCut(bad.bytes, bodies(BodyFraming.CHUNKED));
                }));
  }

  @TestFactory
  Stream<DynamicTest> readsChunksHoweverTheBytesAreCut() {
    return Stream.of(
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "00000005\r\nhello\r\n00\r\n\r\n",
            "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n",
            "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
            "5;name=value;other=\"quoted; \\\" \u00e9\"\r\nhello\r\n0;last\r\n\r\n",
            "5 ;name\r\nhello\r\n0\t;x\r\n\r\n",
            "5\r\n\r\n0\r\n\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nX-Sum: abc\r\nServer-Timing: x\r\n\r\n",
            "5\r\nhello\r\n0\r\nHost: evil\r\nContent-Length: 5\r\nX-Sum: abc\r\nTransfer-Encoding: chunked\r\n\r\n")
        .map(bytes ->
            DynamicTest.dynamicTest(
                shown(bytes), () -> Wire.sameHoweverCut(bytes, bodies(BodyFraming.CHUNKED))));
  }

  private static String shown(String bytes) {
    String text = bytes.replace("\r", "\\r").replace("\n", "\\n");
    return text.length() > 50 ? text.substring(0, 50) + "..." : text;
  }

  /** What a body comes to: its content together, and how it ended. */
  private static Function<ByteBuf, Function<Integer, String>> bodies(BodyFraming framing) {
    return in -> {
      BodyReader reader = BodyReader.ofRequest(framing);
      StringBuilder content = new StringBuilder();
      return _ ->
          switch (last(reader, in, content)) {
            case NeedMore _ -> "need more";
            case Bad bad -> bad.failure() + " after " + content;
            case BodyPart.End end -> content + " then " + Wire.describe(end.trailers());
            case BodyPart.Content _ -> throw new AssertionError("content is no end");
          };
    };
  }

  private static BodyPart last(BodyReader reader, ByteBuf in, StringBuilder content) {
    BodyPart part = reader.read(in);
    while (part instanceof BodyPart.Content more) {
      assertThat(more.bytes()).isPositive().isLessThanOrEqualTo(in.readableBytes());
      content.append(in.readCharSequence(more.bytes(), StandardCharsets.ISO_8859_1));
      part = reader.read(in);
    }
    return part;
  }

  @Test
  void readsALengthAndLeavesTheRest() {
    ByteBuf in = Wire.buffer("helloGET ");
    StringBuilder content = new StringBuilder();

    assertThat(last(BodyReader.ofRequest(new BodyFraming.Length(5)), in, content))
        .isInstanceOf(BodyPart.End.class);
    assertThat(content).hasToString("hello");
    assertThat(in.readableBytes()).isEqualTo(4);
  }

  @Test
  void leavesEverythingWhereThereIsNoBody() {
    ByteBuf in = Wire.buffer("GET ");

    assertThat(BodyReader.ofRequest(BodyFraming.NONE).read(in)).isInstanceOf(BodyPart.End.class);
    assertThat(in.readableBytes()).isEqualTo(4);
  }

  @Test
  void leavesWhatFollowsTheLastChunk() {
    ByteBuf in = Wire.buffer("1\r\na\r\n0\r\nX: y\r\n\r\nHTTP/1.1");
    StringBuilder content = new StringBuilder();

    BodyPart end = last(BodyReader.ofResponse(BodyFraming.CHUNKED), in, content);

    assertThat(end)
        .isInstanceOfSatisfying(
            BodyPart.End.class, e -> assertThat(e.trailers().value(0)).isEqualTo("y"));
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1");
  }

  @Test
  void dropsTrailersThatMustNotComeAfterTheContent() {
    ByteBuf in =
        Wire.buffer(
            "0\r\nAuthorization: Basic x\r\nX-One: 1\r\ncontent-length: 9\r\nHost: h\r\n"
                + "Transfer-Encoding: chunked\r\nSet-Cookie: a\r\nX-Two: 2\r\nTrailer: X\r\nConnection: close\r\n\r\n");

    BodyPart end = BodyReader.ofResponse(BodyFraming.CHUNKED).read(in);

    assertThat(end)
        .isInstanceOfSatisfying(
            BodyPart.End.class,
            e -> assertThat(Wire.describe(e.trailers())).isEqualTo("X-One=1\nX-Two=2\n"));
  }

  @Test
  void takesALargeChunkPieceByPiece() {
    BodyReader reader = BodyReader.ofResponse(BodyFraming.CHUNKED);
    ByteBuf in = Wire.buffer("7fffffffffffffff\r\nabc");

    assertThat(reader.read(in)).isEqualTo(new BodyPart.Content(3));
    in.skipBytes(3);
    assertThat(reader.read(in)).isEqualTo(NeedMore.NEED_MORE);
    in.writeBytes(Wire.buffer("de"));
    assertThat(reader.read(in)).isEqualTo(new BodyPart.Content(2));
  }

  @Test
  void saysWhoseFaultAnEarlyEndIs() {
    assertThat(kindAtClose(BodyReader.ofRequest(new BodyFraming.Length(5)), "hell"))
        .isEqualTo(Kind.CLIENT_LEFT);
    assertThat(kindAtClose(BodyReader.ofResponse(new BodyFraming.Length(5)), "hell"))
        .isEqualTo(Kind.RESPONSE_INCOMPLETE);
    assertThat(kindAtClose(BodyReader.ofResponse(BodyFraming.CHUNKED), "1\r\na\r\n0\r\n"))
        .isEqualTo(Kind.RESPONSE_INCOMPLETE);
    assertThat(kindAtClose(BodyReader.ofResponse(BodyFraming.CHUNKED), "5\r\nhello\r\n"))
        .isEqualTo(Kind.RESPONSE_INCOMPLETE);
  }

  private static Kind kindAtClose(BodyReader reader, String bytes) {
    assertThat(last(reader, Wire.buffer(bytes), new StringBuilder())).isEqualTo(NeedMore.NEED_MORE);
    return ((Bad) reader.atClose()).failure().kind();
  }

  @Test
  void endsABodyWithoutLengthWhereTheConnectionEnds() {
    BodyReader reader = BodyReader.ofResponse(BodyFraming.UNTIL_CLOSE);
    StringBuilder content = new StringBuilder();

    assertThat(last(reader, Wire.buffer("all of it"), content)).isEqualTo(NeedMore.NEED_MORE);
    assertThat(content).hasToString("all of it");
    assertThat(reader.atClose()).isInstanceOf(BodyPart.End.class);
  }
}
