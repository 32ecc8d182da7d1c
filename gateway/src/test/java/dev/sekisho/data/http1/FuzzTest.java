package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.sekisho.data.http1.RequestWriter.Passage;
import dev.sekisho.data.http1.ResponseWriter.Afterwards;
import dev.sekisho.data.http1.SecondReader.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Good streams, broken at random, through parser, body reader and writers as the gateway uses them.
 * Nothing may be thrown, nothing may go on for ever, no buffer may change owners; and whatever was
 * let through must mean the same to us and to an independent reader.
 */
class FuzzTest {
  private static final long SEED = 20261124;
  private static final int ROUNDS = 6_000;

  private static final String[] REQUESTS = {
    "GET http://h.example/a?b HTTP/1.1\r\nHost: h.example\r\nAccept: */*\r\nX-A:  b \r\nConnection: close, X-A\r\n\r\n",
    "POST http://h.example/p HTTP/1.1\r\nHost: h.example\r\nContent-Length: 11\r\nUser-Agent: a/1\r\n\r\nhello world",
    "POST http://h.example/c HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        + "5;ext=1\r\nhello\r\na\r\n0123456789\r\n0\r\nX-Sum: abc\r\nHost: no\r\n\r\n",
    "PUT https://[2001:db8::1]:8443/x HTTP/1.1\r\nhost: [2001:db8::1]:8443\r\nVia: 1.0 a, 1.1 b\r\nTE: trailers\r\n\r\n",
    "OPTIONS http://h.example HTTP/1.1\r\nHost: h.example\r\nMax-Forwards: 3\r\nCookie: a=b; c=d\r\n\r\n",
    "GET http://h.example/old HTTP/1.0\r\nUser-Agent: old\r\nProxy-Connection: keep-alive\r\n\r\n"
  };

  private static final String[] RESPONSES = {
    "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\nConnection: keep-alive, X-B\r\nX-B: 1\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=b\r\n\r\n"
        + "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nX-T: 1\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
    "HTTP/1.1 204\r\nDate: Tue, 24 Nov 2026 06:00:00 GMT\r\n\r\n",
    "HTTP/1.0 404 No\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\neverything until the end"
  };

  private static final String[] PIECES = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "\0",
    "0",
    "5",
    ",",
    ";",
    "chunked",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Host: x\r\n",
    "Connection: Host\r\n",
    "HTTP/1.1",
    "HTTP/1.0",
    "\r\n\r\n",
    "@",
    "#",
    "?",
    "/",
    "\\",
    "\u00ff",
    "\u007f",
    "-",
    "+",
    "0x",
    "Upgrade: h2c\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "ffffffff",
    "Expect: 100-continue\r\n",
    "%",
    "X",
    "\r\n ",
    "close",
    "Content-Length"
  };

  private static String broken(String[] good, SplittableRandom random) {
    StringBuilder text = new StringBuilder(good[random.nextInt(good.length)]);
    if (random.nextInt(3) == 0) {
      text.append(good[random.nextInt(good.length)]);
    }
    for (int n = random.nextInt(4); n > 0 && !text.isEmpty(); n--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(4)));
        case 3 ->
            text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(40))));
        default -> text.setCharAt(at, (char) (text.charAt(at) ^ 0x20));
      }
    }
    return text.toString();
  }

  @Test
  void whatIsForwardedToOriginsMeansTheSameToEveryReader() {
    SplittableRandom random = new SplittableRandom(SEED);
    int forwarded = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String bytes = broken(REQUESTS, random);
      try {
        forwarded += forwardRequests(bytes);
      } catch (RuntimeException | AssertionError e) {
        fail(
            "seed "
                + SEED
                + ", round "
                + round
                + ": "
                + bytes.replace("\r", "\\r").replace("\n", "\\n"),
            e);
      }
    }
    assertThat(forwarded).isGreaterThan(ROUNDS / 4);
  }

  private static int forwardRequests(String bytes) {
    ByteBuf in = Wire.buffer(bytes);
    ByteBuf out = Unpooled.buffer();
    RequestParser parser = new RequestParser(HeadLimits.DEFAULT, 80);
    RequestWriter writer = new RequestWriter("sekisho");
    List<Message> understood = new ArrayList<>();
    while (parser.parse(in) instanceof RequestHead head
        && !(head.target() instanceof Target.AuthorityForm)) {
      int start = out.writerIndex();
      writer.write(head, Passage.ORDINARY, out);
      RequestHead again = reread(out.slice(start, out.writerIndex() - start));
      assertThat(again.pathAndQuery()).isEqualTo(head.pathAndQuery());
      assertThat(again.framing()).isEqualTo(head.framing());
      Body body =
          body(BodyReader.ofRequest(head.framing()), new BodyWriter(head.framing()), in, out);
      if (body == null) {
        out.writerIndex(start);
        break;
      }
      String line = head.method() + " " + head.pathAndQuery() + " HTTP/1.1";
      understood.add(
          new Message(line, Wire.describe(again.fields()), body.content, body.trailers, false));
    }
    assertThat(SecondReader.requests(out)).isEqualTo(understood);
    assertSameBodies(SecondReader.requests(in.readerIndex(0)), understood);
    release(in, out);
    return understood.size();
  }

  private static RequestHead reread(ByteBuf written) {
    ParsedRequest again = new RequestParser(HeadLimits.DEFAULT, 80).parse(written);
    assertThat(again).as(() -> Wire.describe(again)).isInstanceOf(RequestHead.class);
    assertThat(written.isReadable()).isFalse();
    return (RequestHead) again;
  }

  @Test
  void whatIsReturnedToClientsMeansTheSameToEveryReader() {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    int returned = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String bytes = broken(RESPONSES, random);
      try {
        returned += returnResponses(bytes);
      } catch (RuntimeException | AssertionError e) {
        fail(
            "seed "
                + (SEED + 1)
                + ", round "
                + round
                + ": "
                + bytes.replace("\r", "\\r").replace("\n", "\\n"),
            e);
      }
    }
    assertThat(returned).isGreaterThan(ROUNDS / 4);
  }

  private static int returnResponses(String bytes) {
    ByteBuf in = Wire.buffer(bytes);
    ByteBuf out = Unpooled.buffer();
    ResponseParser parser = new ResponseParser(HeadLimits.DEFAULT);
    ResponseWriter writer = new ResponseWriter("sekisho");
    List<Message> understood = new ArrayList<>();
    while (parser.parse(in, "GET") instanceof ResponseHead head && head.status() != 101) {
      int start = out.writerIndex();
      BodyFraming framing = head.framingFor(1);
      writer.write(head, framing, Afterwards.KEEP, out);
      ResponseHead again = reread(out.slice(start, out.writerIndex() - start), framing);
      Body body = body(BodyReader.ofResponse(head.framing()), new BodyWriter(framing), in, out);
      if (body == null) {
        out.writerIndex(start);
        break;
      }
      understood.add(
          new Message(
              "HTTP/1.1 " + head.status(),
              Wire.describe(again.fields()),
              body.content,
              body.trailers,
              false));
    }
    assertThat(SecondReader.responses(out)).isEqualTo(understood);
    assertSameBodies(SecondReader.responses(in.readerIndex(0)), understood);
    release(in, out);
    return understood.size();
  }

  private static ResponseHead reread(ByteBuf written, BodyFraming framing) {
    ParsedResponse again = new ResponseParser(HeadLimits.DEFAULT).parse(written, "GET");
    assertThat(again).as(() -> Wire.describe(again)).isInstanceOf(ResponseHead.class);
    assertThat(written.isReadable()).isFalse();
    assertThat(((ResponseHead) again).framing()).isEqualTo(framing);
    return (ResponseHead) again;
  }

  private record Body(String content, String trailers) {}

  /** Relays a body; null when it is broken or never ends. */
  private static @Nullable Body body(
      BodyReader reader, BodyWriter writer, ByteBuf in, ByteBuf out) {
    StringBuilder content = new StringBuilder();
    // Every turn takes at least a byte or is the last one.
    for (int turn = in.readableBytes() + 2; turn > 0; turn--) {
      BodyPart part = reader.read(in);
      if (part == NeedMore.NEED_MORE) {
        part = reader.atClose();
      }
      switch (part) {
        case BodyPart.Content piece -> {
          content.append(in.toString(in.readerIndex(), piece.bytes(), StandardCharsets.ISO_8859_1));
          writer.copy(in, piece.bytes(), out);
        }
        case BodyPart.End end -> {
          writer.end(end.trailers(), out);
          return new Body(content.toString(), Wire.describe(end.trailers()));
        }
        case Bad _ -> {
          return null;
        }
        case NeedMore _ -> throw new AssertionError("a closed connection brings no more");
      }
    }
    throw new AssertionError("the body reader does not get on");
  }

  /**
   * What was sent to us, before any rebuilding, has the same bodies for the other reader, as far as
   * it goes along: nobody smuggles. It gives up over some chunk extensions that RFC 9112 allows or
   * that we, dropping them, do not look into.
   */
  private static void assertSameBodies(List<Message> sent, List<Message> understood) {
    for (int i = 0; i < understood.size() && !sent.get(i).broken(); i++) {
      assertThat(sent.get(i).content()).isEqualTo(understood.get(i).content());
    }
  }

  private static void release(ByteBuf in, ByteBuf out) {
    assertThat(in.refCnt()).isOne();
    assertThat(out.refCnt()).isOne();
    assertThat(in.release()).isTrue();
    assertThat(out.release()).isTrue();
  }

  @Test
  void findsControlCharactersWhereAPlainLoopFindsThem() {
    SplittableRandom random = new SplittableRandom(SEED + 2);
    for (int round = 0; round < 50_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] =
            (byte) (random.nextInt(12) == 0 ? random.nextInt(256) : 0x20 + random.nextInt(0x5f));
      }
      int from = random.nextInt(bytes.length + 1);
      int expected = from;
      while (expected < bytes.length && isText(bytes[expected])) {
        expected++;
      }
      assertThat(Grammar.endOfText(bytes, from, bytes.length))
          .as("seed %d, round %d", SEED + 2, round)
          .isEqualTo(expected);
    }
  }

  private static boolean isText(byte b) {
    return b == '\t' || ((b & 0xff) >= 0x20 && b != 0x7f);
  }

  @Test
  void randomBytesAreRefusedAndNeverThrow() {
    SplittableRandom random = new SplittableRandom(SEED + 3);
    for (int round = 0; round < 10_000; round++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      assertThat(Wire.request(text)).isNotInstanceOf(RequestHead.class);
      assertThat(Wire.response("GET", text)).isNotInstanceOf(ResponseHead.class);
      BodyReader reader = BodyReader.ofRequest(BodyFraming.CHUNKED);
      ByteBuf in = Unpooled.wrappedBuffer(bytes);
      while (reader.read(in) instanceof BodyPart.Content content) {
        in.skipBytes(content.bytes());
      }
    }
  }
}
