package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.data.http1.RequestWriter.Passage;
import dev.sekisho.data.http1.ResponseWriter.Afterwards;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** What goes to the next hop, byte for byte. */
class WriterTest {
  private static final RequestWriter TO_ORIGIN = new RequestWriter("sekisho");
  private static final ResponseWriter TO_CLIENT = new ResponseWriter("sekisho");

  private static String forwarded(String request) {
    return Wire.written(out -> TO_ORIGIN.write(Wire.goodRequest(request), Passage.ORDINARY, out));
  }

  private static String forwarded(String method, String target) {
    return forwarded(method + " " + target + " HTTP/1.1\r\nHost: x.example\r\n\r\n");
  }

  private static String fields(String fields) {
    String head =
        forwarded("POST http://h.example/ HTTP/1.1\r\nHost: h.example\r\n" + fields + "\r\n");
    String start = "POST / HTTP/1.1\r\nHost: h.example\r\n";
    assertThat(head).startsWith(start).endsWith("\r\n\r\n");
    return head.substring(start.length(), head.length() - 2);
  }

  @Test
  void rebuildsARequestForItsOrigin() {
    assertThat(
            forwarded(
                "GET http://H.example:8080/a/../b?c=%7e HTTP/1.1\r\nAccept: */*\r\nHOST: h.example:8080\r\n"
                    + "User-Agent: curl/8\r\nProxy-Connection: Keep-Alive\r\nX-Last:  spaced \t\r\n\r\n"))
        .isEqualTo(
            "GET /a/../b?c=%7e HTTP/1.1\r\nHost: h.example:8080\r\nAccept: */*\r\nUser-Agent: curl/8\r\n"
                + "X-Last: spaced\r\nVia: 1.1 sekisho\r\n\r\n");
  }

  @Test
  void asksForThePathExactlyAsWritten() {
    assertThat(forwarded("GET", "http://h.example"))
        .startsWith("GET / HTTP/1.1\r\nHost: h.example\r\n");
    assertThat(forwarded("GET", "http://h.example?a=/b")).startsWith("GET /?a=/b HTTP/1.1\r\n");
    assertThat(forwarded("GET", "http://h.example//a//b;x/./%2e%2E?q=\\|{}"))
        .startsWith("GET //a//b;x/./%2e%2E?q=\\|{} HTTP/1.1\r\n");
    assertThat(forwarded("OPTIONS", "http://h.example")).startsWith("OPTIONS * HTTP/1.1\r\n");
    assertThat(forwarded("OPTIONS", "http://h.example/")).startsWith("OPTIONS / HTTP/1.1\r\n");
    assertThat(forwarded("OPTIONS", "http://h.example?x")).startsWith("OPTIONS /?x HTTP/1.1\r\n");
    assertThat(forwarded("BREW", "http://h.example/pot")).startsWith("BREW /pot HTTP/1.1\r\n");
  }

  @Test
  void writesTheHostOfTheTargetWhateverTheHostFieldSays() {
    assertThat(forwarded("GET", "http://h.example:80/"))
        .contains("\r\nHost: h.example\r\n")
        .doesNotContain("x.example");
    assertThat(forwarded("GET", "https://h.example/")).contains("\r\nHost: h.example\r\n");
    assertThat(forwarded("GET", "https://h.example:80/")).contains("\r\nHost: h.example:80\r\n");
    assertThat(forwarded("GET", "http://[2001:DB8::0:1]/")).contains("\r\nHost: [2001:db8::1]\r\n");
    assertThat(forwarded("GET", "http://0x7f.1:81/")).contains("\r\nHost: 127.0.0.1:81\r\n");
    assertThat(forwarded("GET http://h.example/ HTTP/1.0\r\n\r\n"))
        .isEqualTo("GET / HTTP/1.1\r\nHost: h.example\r\nVia: 1.0 sekisho\r\n\r\n");
    assertThat(forwarded("GET /inside HTTP/1.1\r\nHost: Y.example:81\r\n\r\n"))
        .startsWith("GET /inside HTTP/1.1\r\nHost: y.example:81\r\n");
  }

  @Test
  void dropsWhatWasMeantForTheProxyAlone() {
    assertThat(
            fields(
                "Connection: close, X-Gone, keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n"
                    + "x-gone: 1\r\nX-GONE: 2\r\nX-Stays: 3\r\nProxy-Authorization: Basic c2VjcmV0\r\nTE: gzip\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABk\r\nTrailer: X-Sum\r\nAuthorization: Basic YTpi\r\nProxy-Authenticate: x\r\n"))
        .isEqualTo("X-Stays: 3\r\nAuthorization: Basic YTpi\r\nVia: 1.1 sekisho\r\n");
  }

  @Test
  void saysThatItTakesTrailersWhereTheClientDoes() {
    assertThat(fields("TE: trailers, deflate;q=0.5\r\nConnection: TE\r\n"))
        .isEqualTo("Connection: TE\r\nTE: trailers\r\nVia: 1.1 sekisho\r\n");
  }

  @Test
  void framesTheBodyAsItWasUnderstood() {
    assertThat(fields("Content-Length: 0042\r\nA: b\r\n"))
        .isEqualTo("A: b\r\nVia: 1.1 sekisho\r\nContent-Length: 42\r\n");
    assertThat(fields("Content-Length: 0\r\n"))
        .isEqualTo("Via: 1.1 sekisho\r\nContent-Length: 0\r\n");
    assertThat(fields("transfer-encoding: CHUNKED\r\nTrailer: X-Sum\r\n"))
        .isEqualTo("Trailer: X-Sum\r\nVia: 1.1 sekisho\r\nTransfer-Encoding: chunked\r\n");
    assertThat(fields("")).isEqualTo("Via: 1.1 sekisho\r\n");
    assertThat(fields("Expect: 100-continue\r\nContent-Length: 999999999999999999\r\n"))
        .isEqualTo(
            "Expect: 100-continue\r\nVia: 1.1 sekisho\r\nContent-Length: 999999999999999999\r\n");
  }

  @Test
  void comesAfterEveryoneElseInVia() {
    assertThat(fields("Via: 1.0 a\r\nX: y\r\nVia: 1.1 b\r\n"))
        .isEqualTo("Via: 1.0 a\r\nX: y\r\nVia: 1.1 b\r\nVia: 1.1 sekisho\r\n");
  }

  @Test
  void keepsTheOrderAndTheSpellingOfEverythingElse() {
    assertThat(
            fields(
                "b: 2\r\nA:1\r\nEmpty:\r\nBlank: \t \r\nLatin: \u00e9\u00ff\r\nB: 3\r\nTab: a\tb\r\n"))
        .isEqualTo(
            "b: 2\r\nA: 1\r\nEmpty: \r\nBlank: \r\nLatin: \u00e9\u00ff\r\nB: 3\r\nTab: a\tb\r\nVia: 1.1 sekisho\r\n");
  }

  @Test
  void passesAWebSocketHandshakeOn() {
    String request =
        "GET http://h.example/chat HTTP/1.1\r\nHost: h.example\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n\r\n";

    assertThat(
            Wire.written(out -> TO_ORIGIN.write(Wire.goodRequest(request), Passage.WEBSOCKET, out)))
        .isEqualTo(
            "GET /chat HTTP/1.1\r\nHost: h.example\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nVia: 1.1 sekisho\r\n\r\n");
  }

  @Test
  void countsTheForwardsDown() {
    assertThat(
            forwarded(
                "TRACE http://h.example/ HTTP/1.1\r\nHost: h.example\r\nMax-Forwards: 10\r\nA: b\r\n\r\n"))
        .isEqualTo(
            "TRACE / HTTP/1.1\r\nHost: h.example\r\nA: b\r\nMax-Forwards: 9\r\nVia: 1.1 sekisho\r\n\r\n");
    assertThat(fields("Max-Forwards: 10\r\n"))
        .isEqualTo("Max-Forwards: 10\r\nVia: 1.1 sekisho\r\n");
  }

  @Test
  void neverForwardsConnect() {
    RequestHead head =
        Wire.goodRequest("CONNECT h.example:443 HTTP/1.1\r\nHost: h.example\r\n\r\n");

    assertThatThrownBy(() -> TO_ORIGIN.write(head, Passage.ORDINARY, Unpooled.buffer()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String returned(
      String method, String response, int clientMinor, Afterwards afterwards) {
    ResponseHead head = Wire.goodResponse(method, response);
    return Wire.written(
        out -> TO_CLIENT.write(head, head.framingFor(clientMinor), afterwards, out));
  }

  @Test
  void rebuildsAResponseForTheClient() {
    assertThat(
            returned(
                "GET",
                "HTTP/1.1 200 Fine\r\nServer: x\r\nContent-Length: 05\r\nConnection: close, X-Gone\r\n"
                    + "X-Gone: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic realm=\"x\"\r\nProxy-Authentication-Info: y\r\n"
                    + "Trailer: a\r\nUpgrade: h2c\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n",
                1,
                Afterwards.KEEP))
        .isEqualTo(
            "HTTP/1.1 200 Fine\r\nServer: x\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nVia: 1.1 sekisho\r\n"
                + "Content-Length: 5\r\n\r\n");
  }

  @Test
  void reframesAResponseForTheClientsVersion() {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
    assertThat(returned("GET", chunked, 1, Afterwards.KEEP))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nVia: 1.1 sekisho\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThat(returned("GET", chunked, 0, Afterwards.CLOSE))
        .isEqualTo("HTTP/1.1 200 OK\r\nVia: 1.1 sekisho\r\nConnection: close\r\n\r\n");
    assertThat(returned("GET", "HTTP/1.0 200 OK\r\n\r\n", 1, Afterwards.KEEP))
        .isEqualTo("HTTP/1.1 200 OK\r\nVia: 1.0 sekisho\r\nTransfer-Encoding: chunked\r\n\r\n");
  }

  @Test
  void keepsTheLengthOfABodyThatIsNotThere() {
    assertThat(returned("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1, Afterwards.KEEP))
        .contains("Content-Length: 5\r\n");
    assertThat(returned("GET", "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", 1, Afterwards.KEEP))
        .contains("Content-Length: 5\r\n");
    assertThat(returned("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1, Afterwards.KEEP))
        .contains("Content-Length: 0\r\n");
    assertThat(returned("GET", "HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n", 1, Afterwards.KEEP))
        .doesNotContain("Length");
    assertThat(
            returned(
                "HEAD",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                1,
                Afterwards.KEEP))
        .isEqualTo("HTTP/1.1 200 OK\r\nVia: 1.1 sekisho\r\n\r\n");
  }

  @Test
  void writesTheSpaceThatALeanStatusLineLacks() {
    assertThat(returned("GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 1, Afterwards.KEEP))
        .startsWith("HTTP/1.1 200 \r\n");
    assertThat(returned("GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 1, Afterwards.KEEP))
        .startsWith("HTTP/1.1 200 \r\n");
  }

  @Test
  void passesASwitchToWebSocketOn() {
    assertThat(
            returned(
                "GET",
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\n",
                1,
                Afterwards.SWITCH))
        .isEqualTo(
            "HTTP/1.1 101 Switching\r\nSec-WebSocket-Accept: x\r\nVia: 1.1 sekisho\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  }

  @Test
  void obeysNoOriginThatNamesTheFramingInConnection() {
    assertThat(
            returned(
                "GET",
                "HTTP/1.1 200 OK\r\nConnection: Content-Length, Set-Cookie\r\nContent-Length: 5\r\n"
                    + "Set-Cookie: a\r\n\r\n",
                1,
                Afterwards.KEEP))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nVia: 1.1 sekisho\r\nContent-Length: 5\r\n\r\n");
  }

  @Test
  void chunksWhatItIsGiven() {
    BodyWriter writer = new BodyWriter(BodyFraming.CHUNKED);
    ByteBuf in = Wire.buffer("hello, chunked world" + "x".repeat(0x1234));

    assertThat(
            Wire.written(out -> {
              writer.copy(in, 5, out);
              writer.copy(in, 15, out);
              writer.copy(in, 0x1234, out);
              writer.end(
                  Wire.goodResponse("GET", "HTTP/1.1 200 OK\r\nX-Sum:1\r\n\r\n").fields(), out);
            }))
        .isEqualTo(
            "5\r\nhello\r\nf\r\n, chunked world\r\n1234\r\n"
                + "x".repeat(0x1234)
                + "\r\n0\r\nX-Sum: 1\r\n\r\n");
  }

  @Test
  void chunkSizesSurviveTheirReader() {
    for (int bits = 0; bits < 31; bits++) {
      for (int size : new int[] {1 << bits, (1 << bits) + 1, Math.max(1, (1 << bits) - 1)}) {
        ByteBuf out = Unpooled.buffer();
        new BodyWriter(BodyFraming.CHUNKED).before(size, out);
        assertThat(out.readableBytes()).isLessThanOrEqualTo(BodyWriter.OVERHEAD - 2);
        assertThat(out.toString(java.nio.charset.StandardCharsets.US_ASCII))
            .isEqualTo(Integer.toHexString(size) + "\r\n");
      }
    }
  }

  @Test
  void addsNothingToABodyOfKnownLengthAndWatchesItsLength() {
    assertThat(
            Wire.written(out -> {
              BodyWriter writer = new BodyWriter(new BodyFraming.Length(5));
              writer.copy(Wire.buffer("hello"), 5, out);
              writer.end(Fields.NONE, out);
            }))
        .isEqualTo("hello");
    ByteBuf out = Unpooled.buffer();
    assertThatThrownBy(() -> new BodyWriter(new BodyFraming.Length(5)).before(6, out))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new BodyWriter(new BodyFraming.Length(5)).end(Fields.NONE, out))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new BodyWriter(BodyFraming.NONE).before(1, out))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void lendsNobodyItsOwnHeadsToAddALine() {
    assertThat(
            Wire.written(out ->
                HeadBuilder.response(403, "Forbidden", out)
                    .field("Content-Type", "text/html")
                    .field("Content-Length", 12)
                    .field("X-Rule", "a\r\nSet-Cookie: b\u0000\u95a2")
                    .end()))
        .isEqualTo(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 12\r\n"
                + "X-Rule: a??Set-Cookie: b??\r\n\r\n");
    assertThat(
            Wire.written(out ->
                HeadBuilder.request("CONNECT", "h.example:443", out)
                    .field("Host", "h.example:443")
                    .end()))
        .isEqualTo("CONNECT h.example:443 HTTP/1.1\r\nHost: h.example:443\r\n\r\n");
    assertThatThrownBy(
            () -> HeadBuilder.response(200, "OK", Unpooled.buffer()).field("A: b\r\nC", "d"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
