package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ResponseParserTest {
  static final List<String> GOOD =
      List.of(
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200\r\nContent-Length: 0005\r\n\r\n",
          "HTTP/1.0 200 OK\r\n\r\n",
          "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 Alles \u00fcber\tNacht\r\nTransfer-Encoding: CHUNKED\r\nTrailer: X-Sum\r\n\r\n",
          "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"a\"\r\n\r\n",
          "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n",
          "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
          "HTTP/1.1 999 Denied\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\nConnection: Transfer-Encoding\r\n\r\n",
          "HTTP/1.1 200 OK\r\nConnection: \"close\", Content-Length, x-gone\r\nX-Gone: 1\r\nContent-Length: 5\r\n\r\n");

  @TestFactory
  Stream<DynamicTest> readsTheSameHoweverTheBytesAreCut() {
    return GOOD.stream()
        .map(bytes ->
            DynamicTest.dynamicTest(
                bytes.replace("\r\n", " | "),
                () -> {
                  assertThat(Wire.response("GET", bytes)).isInstanceOf(ResponseHead.class);
                  Wire.sameHoweverCut(bytes, Wire.responses("GET"));
                  Wire.sameHoweverCut(bytes, Wire.responses("HEAD"));
                }));
  }

  @Test
  void readsStatusReasonAndFields() {
    ResponseHead head =
        Wire.goodResponse(
            "GET",
            "HTTP/1.1 404 Not here\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 12\r\n\r\n");

    assertThat(head.status()).isEqualTo(404);
    assertThat(head.reason()).isEqualTo("Not here");
    assertThat(head.contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(head.contentLength()).isEqualTo(12);
    assertThat(head.framing()).isEqualTo(new BodyFraming.Length(12));
    assertThat(Wire.goodResponse("GET", "HTTP/1.1 200\r\n\r\n").reason()).isEmpty();
    assertThat(Wire.goodResponse("GET", "HTTP/1.1 200 \r\n\r\n").reason()).isEmpty();
  }

  @Test
  void findsTheEndOfTheBodyByMethodAndStatusFirst() {
    String length = "Content-Length: 5\r\n";
    String chunked = "Transfer-Encoding: chunked\r\n";
    assertThat(framing("GET", "200", length)).isEqualTo(new BodyFraming.Length(5));
    assertThat(framing("GET", "200", "Content-Length: 0\r\n")).isEqualTo(BodyFraming.NONE);
    assertThat(framing("GET", "200", chunked)).isEqualTo(BodyFraming.CHUNKED);
    assertThat(framing("GET", "200", "")).isEqualTo(BodyFraming.UNTIL_CLOSE);
    assertThat(framing("HEAD", "200", length)).isEqualTo(BodyFraming.NONE);
    assertThat(framing("HEAD", "200", chunked)).isEqualTo(BodyFraming.NONE);
    assertThat(framing("HEAD", "200", "")).isEqualTo(BodyFraming.NONE);
    assertThat(framing("GET", "304", length)).isEqualTo(BodyFraming.NONE);
    assertThat(framing("GET", "204", "")).isEqualTo(BodyFraming.NONE);
    assertThat(framing("GET", "100", "")).isEqualTo(BodyFraming.NONE);
    assertThat(framing("GET", "205", length)).isEqualTo(new BodyFraming.Length(5));
    assertThat(framing("CONNECT", "200", length)).isEqualTo(BodyFraming.NONE);
    assertThat(framing("CONNECT", "299", chunked + length)).isEqualTo(BodyFraming.NONE);
    assertThat(framing("CONNECT", "407", length)).isEqualTo(new BodyFraming.Length(5));
  }

  @Test
  void findsWhatIsUnderTheChunks() {
    assertThat(under("chunked")).isEmpty();
    assertThat(under("gzip, chunked")).contains(TransferCoding.GZIP);
    assertThat(under("X-GZIP,Chunked")).contains(TransferCoding.GZIP);
    assertThat(under("deflate\t , chunked")).contains(TransferCoding.DEFLATE);
    ResponseHead withoutBody =
        Wire.goodResponse("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    assertThat(withoutBody.framing()).isEqualTo(BodyFraming.NONE);
    assertThat(withoutBody.transferCoding()).isEmpty();
  }

  private static Optional<TransferCoding> under(String value) {
    ResponseHead head =
        Wire.goodResponse("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + value + "\r\n\r\n");
    assertThat(head.framing()).isEqualTo(BodyFraming.CHUNKED);
    return head.transferCoding();
  }

  private static BodyFraming framing(String method, String status, String fields) {
    return Wire.goodResponse(method, "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n").framing();
  }

  @Test
  void keepsTheConnectionOnlyWhenTheBodyHasAnEndOfItsOwn() {
    assertThat(keeps("HTTP/1.1", "Content-Length: 5\r\n")).isTrue();
    assertThat(keeps("HTTP/1.1", "Content-Length: 5\r\nConnection: close\r\n")).isFalse();
    assertThat(keeps("HTTP/1.1", "")).isFalse();
    assertThat(keeps("HTTP/1.0", "Content-Length: 5\r\n")).isFalse();
    assertThat(keeps("HTTP/1.0", "Content-Length: 5\r\nConnection: Keep-Alive\r\n")).isTrue();
  }

  private static boolean keeps(String version, String fields) {
    return Wire.goodResponse("GET", version + " 200 OK\r\n" + fields + "\r\n").keepAlive();
  }

  @Test
  void reframesForTheClientsVersion() {
    ResponseHead chunked =
        Wire.goodResponse("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    ResponseHead untilClose = Wire.goodResponse("GET", "HTTP/1.0 200 OK\r\n\r\n");
    ResponseHead length = Wire.goodResponse("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");

    assertThat(chunked.framingFor(1)).isEqualTo(BodyFraming.CHUNKED);
    assertThat(chunked.framingFor(0)).isEqualTo(BodyFraming.UNTIL_CLOSE);
    assertThat(untilClose.framingFor(1)).isEqualTo(BodyFraming.CHUNKED);
    assertThat(untilClose.framingFor(0)).isEqualTo(BodyFraming.UNTIL_CLOSE);
    assertThat(length.framingFor(0)).isEqualTo(new BodyFraming.Length(5));
  }

  @Test
  void readsInterimResponsesBeforeTheFinalOne() {
    ResponseParser parser = new ResponseParser(HeadLimits.DEFAULT);
    ByteBuf in =
        Wire.buffer(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\n\r\nbody");

    assertThat(((ResponseHead) parser.parse(in, "POST")).interim()).isTrue();
    assertThat(((ResponseHead) parser.parse(in, "POST")).status()).isEqualTo(103);
    assertThat(((ResponseHead) parser.parse(in, "POST")).interim()).isFalse();
    assertThat(in.readableBytes()).isEqualTo(4);
  }

  @Test
  void tellsASwitchToWebSocketFromAnyOther() {
    String line = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ";

    assertThat(Wire.goodResponse("GET", line + "WebSocket\r\n\r\n").switchesToWebSocket()).isTrue();
    assertThat(Wire.goodResponse("GET", line + "h2c\r\n\r\n").switchesToWebSocket()).isFalse();
    assertThat(Wire.goodResponse("GET", line + "WebSocket\r\n\r\n").interim()).isFalse();
    assertThat(
            Wire.goodResponse("GET", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n")
                .switchesToWebSocket())
        .isFalse();
  }

  @Test
  void knowsWhatAsksForTheConnectionToBeAuthenticated() {
    assertThat(bound("WWW-Authenticate: NTLM")).isTrue();
    assertThat(bound("WWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: Negotiate"))
        .isTrue();
    assertThat(bound("WWW-Authenticate: Basic realm=\"x\", Negotiate")).isTrue();
    assertThat(bound("WWW-Authenticate: Basic realm=\"ntlm\"")).isFalse();
    assertThat(bound("WWW-Authenticate: NTLMv9")).isFalse();
  }

  private static boolean bound(String fields) {
    return Wire.goodResponse("GET", "HTTP/1.1 401 No\r\n" + fields + "\r\n\r\n")
        .authenticatesConnection();
  }
}
