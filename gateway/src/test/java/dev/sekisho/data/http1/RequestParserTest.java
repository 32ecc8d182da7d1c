package dev.sekisho.data.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.http1.Target.AbsoluteForm;
import dev.sekisho.data.http1.Target.Scheme;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RequestParserTest {
  private static final Authority ORIGIN = new Authority(new DomainName("h.example"), 80);

  static final List<String> GOOD =
      List.of(
          "GET http://h.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET http://h.example HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET http://h.example?a=b HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET HTTP://H.Example:80/ HTTP/1.1\r\nhost:h.example\r\n\r\n",
          "GET http://h.example:8080/a/../b;p=1?x=%zz&y=|{}^\"<>`\\ HTTP/1.1\r\nHost: h.example:8080\r\n\r\n",
          "GET https://h.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET http://[2001:db8::1]:81/ HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n",
          "GET http://127.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
          "\r\nGET / HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET / HTTP/1.0\r\n\r\n",
          "GET //two/slashes HTTP/1.1\r\nHost:\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "OPTIONS http://h.example HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "CONNECT h.example:443 HTTP/1.1\r\nHost: h.example:443\r\n\r\n",
          "CONNECT h.example:443 HTTP/1.1\r\nHost: h.example\r\nContent-Length: 0\r\n\r\n",
          "CONNECT [2001:db8::1]:443 HTTP/1.0\r\n\r\n",
          "POST http://h.example/ HTTP/1.1\r\nHost: h.example\r\nContent-Length: 5\r\n\r\n",
          "POST http://h.example/ HTTP/1.1\r\nHost: h.example\r\nContent-Length: 0005\r\n\r\n",
          "POST http://h.example/ HTTP/1.1\r\nHost: h.example\r\nContent-Length: 0\r\n\r\n",
          "POST http://h.example/ HTTP/1.1\r\nHost: h.example\r\nTRANSFER-ENCODING:\tChunked \r\n\r\n",
          "X-M!#$%&'*+-.^_`|~9 http://h.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n",
          "GET http://h.example/ HTTP/1.1\r\nHost: h.example\r\n"
              + "Empty:\r\nBlank: \t \r\nTab: a\tb\r\nLatin: \u00e9\u00ff\u0080\r\n\r\n",
          "GET http://h.example/ HTTP/1.1\r\nHost: other.example\r\nConnection: close, X-Gone, TE, Upgrade\r\nX-Gone: 1\r\n\r\n",
          "GET http://h.example/ HTTP/1.1\r\nHost: h.example\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n",
          "GET http://h.example/ HTTP/1.0\r\nHost: h.example\r\nExpect: the-unexpected\r\n\r\n");

  @TestFactory
  Stream<DynamicTest> readsTheSameHoweverTheBytesAreCut() {
    return GOOD.stream()
        .map(bytes ->
            DynamicTest.dynamicTest(
                bytes.replace("\r\n", " | "),
                () -> {
                  assertThat(Wire.request(bytes))
                      .as(() -> Wire.describe(Wire.request(bytes)))
                      .isInstanceOf(RequestHead.class);
                  Wire.sameHoweverCut(bytes, Wire.requests());
                }));
  }

  @Test
  void readsAnAbsoluteUrl() {
    RequestHead head =
        Wire.goodRequest(
            "GET http://h.example/a?b HTTP/1.1\r\nHost: h.example\r\nAccept: */*\r\n\r\n");

    assertThat(head.method()).isSameAs("GET");
    assertThat(head.target()).isEqualTo(new AbsoluteForm(Scheme.HTTP, ORIGIN));
    assertThat(head.writtenTarget()).isEqualTo("http://h.example/a?b");
    assertThat(head.pathAndQuery()).isEqualTo("/a?b");
    assertThat(head.minorVersion()).isEqualTo(1);
    assertThat(head.framing()).isEqualTo(BodyFraming.NONE);
    assertThat(head.keepAlive()).isTrue();
    assertThat(head.hostDisagrees()).isFalse();
    assertThat(head.host()).isEqualTo(ORIGIN);
    assertThat(head.fields().first(FieldName.ACCEPT)).isEqualTo("*/*");
  }

  @Test
  void putsAPathWhereTheUrlHasNone() {
    assertThat(path("GET", "http://h.example")).isEqualTo("/");
    assertThat(path("GET", "http://h.example?q=/")).isEqualTo("/?q=/");
    assertThat(path("OPTIONS", "http://h.example")).isEqualTo("*");
    assertThat(path("OPTIONS", "http://h.example?q")).isEqualTo("/?q");
    assertThat(path("OPTIONS", "http://h.example/")).isEqualTo("/");
    assertThat(path("OPTIONS", "*")).isEqualTo("*");
    assertThat(path("GET", "/here")).isEqualTo("/here");
    assertThat(path("CONNECT", "h.example:443")).isEmpty();
  }

  private static String path(String method, String target) {
    return Wire.goodRequest(method + " " + target + " HTTP/1.1\r\nHost: h.example\r\n\r\n")
        .pathAndQuery();
  }

  @Test
  void noticesAHostFieldThatNamesSomethingElse() {
    assertThat(disagrees("http://h.example/", "H.EXAMPLE")).isFalse();
    assertThat(disagrees("http://h.example/", "h.example:80")).isFalse();
    assertThat(disagrees("http://h.example:80/", "h.example")).isFalse();
    assertThat(disagrees("https://h.example/", "h.example:443")).isFalse();
    assertThat(disagrees("http://h.example./", "h.example")).isFalse();
    assertThat(disagrees("http://h.example/", "h.example:81")).isTrue();
    assertThat(disagrees("http://h.example/", "evil.example")).isTrue();
    assertThat(disagrees("http://h.example/", "")).isTrue();
  }

  private static boolean disagrees(String url, String host) {
    return Wire.goodRequest("GET " + url + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
        .hostDisagrees();
  }

  @Test
  void takesAHostWithoutPortForTheTunnelsOwnPort() {
    RequestHead head =
        Wire.goodRequest("CONNECT h.example:8443 HTTP/1.1\r\nHost: h.example\r\n\r\n");

    assertThat(head.hostDisagrees()).isFalse();
    assertThat(head.target())
        .isEqualTo(new Target.AuthorityForm(new Authority(new DomainName("h.example"), 8443)));
    assertThat(
            Wire.goodRequest("CONNECT h.example:443 HTTP/1.1\r\nHost: x.example\r\n\r\n")
                .hostDisagrees())
        .isTrue();
  }

  @Test
  void readsAnOriginFormRequestByItsHostField() {
    ByteBuf in = Wire.buffer("GET /p HTTP/1.1\r\nHost: h.example\r\n\r\n");
    ParsedRequest inside = new RequestParser(HeadLimits.DEFAULT, 443).parse(in);

    assertThat(inside)
        .isInstanceOfSatisfying(
            RequestHead.class,
            head -> {
              assertThat(head.target()).isEqualTo(new Target.OriginForm());
              assertThat(head.host()).isEqualTo(new Authority(new DomainName("h.example"), 443));
            });
    assertThat(Wire.goodRequest("GET / HTTP/1.1\r\nHost:\r\n\r\n").host()).isNull();
  }

  @Test
  void leavesTheBodyAndTheNextRequestInTheBuffer() {
    RequestParser parser = new RequestParser(HeadLimits.DEFAULT, 80);
    ByteBuf in =
        Wire.buffer(
            "POST http://h.example/1 HTTP/1.1\r\nHost: h.example\r\nContent-Length: 3\r\n\r\nabc\r\n"
                + "GET http://h.example/2 HTTP/1.1\r\nHost: h.example\r\n\r\nGET htt");

    assertThat(((RequestHead) parser.parse(in)).framing()).isEqualTo(new BodyFraming.Length(3));
    in.skipBytes(3);
    RequestHead second = (RequestHead) parser.parse(in);
    assertThat(second.pathAndQuery()).isEqualTo("/2");
    assertThat(parser.parse(in)).isEqualTo(NeedMore.NEED_MORE);
    in.writeBytes(Wire.buffer("p://x.example/3 HTTP/1.1\r\nHost: x.example\r\n\r\n"));
    RequestHead third = (RequestHead) parser.parse(in);
    assertThat(third.target())
        .isEqualTo(new AbsoluteForm(Scheme.HTTP, new Authority(new DomainName("x.example"), 80)));
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void keepsTheConnectionOnlyAsTheVersionAndTheFieldsSay() {
    assertThat(keeps("1.1", "")).isTrue();
    assertThat(keeps("1.1", "Connection: Keep-Alive\r\n")).isTrue();
    assertThat(keeps("1.1", "Connection: x-a, CLOSE\r\n")).isFalse();
    assertThat(keeps("1.1", "Connection: x-a\r\nConnection: close\r\n")).isFalse();
    assertThat(keeps("1.1", "Proxy-Connection: close\r\n")).isFalse();
    assertThat(keeps("1.1", "Connection: closed\r\n")).isTrue();
    assertThat(keeps("1.0", "")).isFalse();
    assertThat(keeps("1.0", "Connection: keep-alive\r\nProxy-Connection: keep-alive\r\n"))
        .isFalse();
  }

  private static boolean keeps(String version, String fields) {
    return Wire.goodRequest("GET / HTTP/" + version + "\r\nHost: h.example\r\n" + fields + "\r\n")
        .keepAlive();
  }

  @Test
  void recognisesAWebSocketHandshakeAndNoOtherUpgrade() {
    String upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: ";
    assertThat(upgrades("GET", upgrade + "WebSocket\r\n")).isTrue();
    assertThat(upgrades("GET", upgrade + "h2c, websocket\r\n")).isTrue();
    assertThat(upgrades("GET", upgrade + "h2c\r\n")).isFalse();
    assertThat(upgrades("GET", "Upgrade: websocket\r\n")).isFalse();
    assertThat(upgrades("POST", upgrade + "websocket\r\n")).isFalse();
    assertThat(upgrades("GET", upgrade + "websocket\r\nContent-Length: 1\r\n")).isFalse();
  }

  private static boolean upgrades(String method, String fields) {
    return Wire.goodRequest(
            method + " http://h.example/ HTTP/1.1\r\nHost: h.example\r\n" + fields + "\r\n")
        .upgradesToWebSocket();
  }

  @Test
  void knowsWhatAsksForTheConnectionToBeAuthenticated() {
    assertThat(bound("Authorization: NTLM TlRMTVNTUAAB")).isTrue();
    assertThat(bound("Authorization: negotiate YII")).isTrue();
    assertThat(bound("Authorization: Basic TlRMTQ==")).isFalse();
    assertThat(bound("Proxy-Authorization: NTLM TlRMTVNTUAAB")).isFalse();
  }

  private static boolean bound(String field) {
    return Wire.goodRequest("GET / HTTP/1.1\r\nHost: h.example\r\n" + field + "\r\n\r\n")
        .authenticatesConnection();
  }

  @Test
  void findsItsOwnNameInVia() {
    RequestHead head =
        Wire.goodRequest(
            "GET / HTTP/1.1\r\nHost: h.example\r\n"
                + "Via: 1.0 fred, HTTP/1.1 p.example:8080 (a, b)\r\nVia: 1.1\tSekisho-7 (x)\r\n\r\n");

    assertThat(head.viaContains("sekisho-7")).isTrue();
    assertThat(head.viaContains("fred")).isTrue();
    assertThat(head.viaContains("p.example:8080")).isTrue();
    assertThat(head.viaContains("sekisho")).isFalse();
    assertThat(head.viaContains("1.0")).isFalse();
  }

  @Test
  void countsForwardsOnlyWhereTheyCount() {
    assertThat(forwards("TRACE", "7")).isEqualTo(7);
    assertThat(forwards("OPTIONS", "0")).isZero();
    assertThat(forwards("OPTIONS", "99999999999999")).isEqualTo(1000);
    assertThat(forwards("OPTIONS", "-1")).isEqualTo(-1);
    assertThat(forwards("OPTIONS", "")).isEqualTo(-1);
    assertThat(forwards("GET", "7")).isEqualTo(-1);
  }

  private static int forwards(String method, String count) {
    return Wire.goodRequest(
            method + " / HTTP/1.1\r\nHost: h.example\r\nMax-Forwards: " + count + "\r\n\r\n")
        .maxForwards();
  }

  @Test
  void expectsContinueOnlyWithABodyInHttp11() {
    assertThat(expects("HTTP/1.1", "Content-Length: 3\r\n")).isTrue();
    assertThat(expects("HTTP/1.1", "Transfer-Encoding: chunked\r\n")).isTrue();
    assertThat(expects("HTTP/1.1", "")).isFalse();
    assertThat(expects("HTTP/1.0", "Content-Length: 3\r\n")).isFalse();
  }

  private static boolean expects(String version, String fields) {
    return Wire.goodRequest(
            "POST / "
                + version
                + "\r\nHost: h.example\r\nExpect: 100-continue\r\n"
                + fields
                + "\r\n")
        .expectsContinue();
  }

  @Test
  void takesHeadsUpToTheLimitsAndNoLarger() {
    HeadLimits limits = new HeadLimits(100, 40, 3);
    String head = "GET /" + "a".repeat(26) + " HTTP/1.1\r\nHost: h.example\r\nA: ";
    String filler = "b".repeat(100 - head.length() - 4);

    assertThat(parsed(limits, head + filler + "\r\n\r\n")).isInstanceOf(RequestHead.class);
    assertThat(parsed(limits, head + filler + "b\r\n\r\n")).isInstanceOf(Bad.class);
    assertThat(parsed(limits, "GET /a" + head.substring(5) + "\r\n\r\n")).isInstanceOf(Bad.class);
    assertThat(parsed(limits, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\n\r\n"))
        .isInstanceOf(RequestHead.class);
    assertThat(parsed(limits, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\nA: b\r\n\r\n"))
        .isInstanceOf(Bad.class);
  }

  private static ParsedRequest parsed(HeadLimits limits, String bytes) {
    return new RequestParser(limits, 80).parse(Wire.buffer(bytes));
  }

  @Test
  void saysNothingOfTheClientsBytesInItsFailures() {
    Bad bad =
        (Bad) Wire.request("GET http://user:s3cr3t@h.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n");

    assertThat(Objects.toString(bad.failure())).doesNotContain("s3cr3t");
    assertThat(bad.failure().detail()).contains("user information");
  }
}
