package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.Message;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proxied equals direct. Each case is sent twice to an origin that answers with fixed bytes, once directly and once through the
 * gateway; what the origin received and what the client received must be the same both times, but for what belongs to one hop.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FidelityTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final String LARGE = pattern(5 << 20);

  private TestGateway gateway;

  /**
   * One exchange.
   *
   * @param request method, target after the authority and version
   * @param fields whole lines with their ends, but for Host
   * @param body as it goes over the wire
   * @param response as it comes over the wire
   */
  private record Case(String name, String request, String fields, String body, String response) {
    String method() {
      return request.substring(0, request.indexOf(' '));
    }

    String target() {
      return request.split(" ")[1];
    }

    /** The head with a target of the given form. */
    String head(String authority, String before) {
      String version = request.substring(request.lastIndexOf(' ') + 1);
      return method() + " " + before + target() + " " + version + "\r\nHost: " + authority + "\r\n" + fields + "\r\n";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** What both ends received. */
  private record Seen(Message origin, Message client) {}

  @BeforeAll
  void start() throws IOException {
    gateway = TestGateway.start("limits: { header-block: 64KiB }\n");
  }

  @AfterAll
  void stop() throws Exception {
    gateway.close();
  }

  static List<Case> methods() {
    List<Case> cases = new ArrayList<>();
    for (String method : List.of("GET", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "get", "A!#$%&'*+-.^_`|~9", "TRACE")) {
      cases.add(new Case("the method " + method, method + " /m HTTP/1.1", "X-Test: 1\r\n", "", OK));
    }
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "REPORT")) {
      cases.add(new Case("the method " + method + " with a body", method + " /m HTTP/1.1", "Content-Length: 5\r\n", "hello", OK));
    }
    cases.add(new Case("HEAD with a length", "HEAD /m HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: \"x\"\r\n\r\n"));
    cases.add(new Case("HEAD with chunks announced", "HEAD /m HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    cases.add(new Case("HEAD without a length", "HEAD /m HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"));
    return cases;
  }

  static List<Case> statuses() {
    List<Case> cases = new ArrayList<>();
    for (String status : List.of(
        "200 OK", "201 Created", "202 Accepted", "203 Non-Authoritative Information", "206 Partial Content", "299 Odd", "300 Multiple Choices",
        "301 Moved Permanently", "302 Found", "307 Temporary Redirect", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found",
        "407 Proxy Authentication Required", "410 Gone", "418 I'm a teapot", "429 Too Many Requests", "451 Unavailable For Legal Reasons",
        "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "599 Strange", "999 Stranger")) {
      cases.add(new Case("the status " + status, "GET /s HTTP/1.1", "", "",
          "HTTP/1.1 " + status + "\r\nLocation: /there\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbody"));
    }
    cases.add(new Case("204", "GET /s HTTP/1.1", "", "", "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"));
    cases.add(new Case("205 without a body", "POST /s HTTP/1.1", "Content-Length: 0\r\n", "",
        "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"));
    cases.add(new Case("304 with a length", "GET /s HTTP/1.1", "If-None-Match: \"x\"\r\n", "",
        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 4321\r\n\r\n"));
    cases.add(new Case("304 without a length", "GET /s HTTP/1.1", "If-None-Match: \"x\"\r\n", "", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"));
    cases.add(new Case("an empty reason", "GET /s HTTP/1.1", "", "", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"));
    cases.add(new Case("a reason in Latin-1", "GET /s HTTP/1.1", "", "", "HTTP/1.1 404 Pas trouv\u00e9\r\nContent-Length: 2\r\n\r\nno"));
    return cases;
  }

  static List<Case> bodies() {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    return List.of(
        new Case("an empty body", "GET /b HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        new Case("chunks", "GET /b HTTP/1.1", "", "", chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        new Case("no chunk but the last", "GET /b HTTP/1.1", "", "", chunked + "0\r\n\r\n"),
        new Case("chunk extensions", "GET /b HTTP/1.1", "", "", chunked + "5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n"),
        new Case("chunks with trailers", "GET /b HTTP/1.1", "TE: trailers\r\nConnection: TE\r\n", "",
            "HTTP/1.1 200 OK\r\nTrailer: X-Sum, X-More\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\nX-More: yes\r\n\r\n"),
        new Case("a body that ends with the connection", "GET /b HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\n\r\nuntil the end"),
        new Case("an empty body that ends with the connection", "GET /b HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\n\r\n"),
        new Case("a connection closed by the origin", "GET /b HTTP/1.1", "", "",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        new Case("an origin of HTTP/1.0", "GET /b HTTP/1.1", "", "", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"),
        new Case("an origin of HTTP/1.0 without a length", "GET /b HTTP/1.1", "", "", "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nuntil the end"),
        new Case("an origin of HTTP/1.0 that keeps the connection", "GET /b HTTP/1.1", "", "",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold"),
        new Case("a client of HTTP/1.0", "GET /b HTTP/1.0", "", "", OK),
        new Case("a client of HTTP/1.0 that posts", "POST /b HTTP/1.0", "Content-Length: 3\r\n", "old", OK),
        new Case("a client of HTTP/1.0 and a body that ends with the connection", "GET /b HTTP/1.0", "", "", "HTTP/1.1 200 OK\r\n\r\nto the end"),
        new Case("a request with an empty body", "POST /b HTTP/1.1", "Content-Length: 0\r\n", "", OK),
        new Case("a request without a body", "POST /b HTTP/1.1", "", "", OK),
        new Case("a GET with a body", "GET /b HTTP/1.1", "Content-Length: 4\r\n", "body", OK),
        new Case("chunks from the client", "POST /b HTTP/1.1", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", OK),
        new Case("chunks with trailers from the client", "POST /b HTTP/1.1", "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n",
            "3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n", OK),
        new Case("five megabytes down", "GET /b HTTP/1.1", "", "", "HTTP/1.1 200 OK\r\nContent-Length: " + LARGE.length() + "\r\n\r\n" + LARGE),
        new Case("five megabytes down in one chunk", "GET /b HTTP/1.1", "", "", chunked + "500000\r\n" + LARGE + "\r\n0\r\n\r\n"),
        new Case("five megabytes up", "PUT /b HTTP/1.1", "Content-Length: " + LARGE.length() + "\r\n", LARGE, OK),
        new Case("five megabytes up in one chunk", "PUT /b HTTP/1.1", "Transfer-Encoding: chunked\r\n", "500000\r\n" + LARGE + "\r\n0\r\n\r\n", OK),
        new Case("a zipped body", "GET /b HTTP/1.1", "Accept-Encoding: gzip\r\n", "",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped().length() + "\r\n\r\n" + zipped()),
        new Case("every byte there is", "POST /b HTTP/1.1", "Content-Length: 256\r\n", everyByte(),
            "HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + everyByte()));
  }

  static List<Case> fields() {
    StringBuilder hundred = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      hundred.append("X-Field-").append(i).append(": value ").append(i).append("\r\n");
    }
    String many = hundred.toString();
    return List.of(
        new Case("cookies set twice", "GET /f HTTP/1.1", "", "",
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-Between: x\r\nSet-Cookie: b=2, c\r\nContent-Length: 0\r\n\r\n"),
        new Case("the same field thrice", "GET /f HTTP/1.1", "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nx-a: 4\r\n", "", OK),
        new Case("two Cookie fields", "GET /f HTTP/1.1", "Cookie: a=1\r\nCookie: b=2; c=\"3\"\r\n", "", OK),
        new Case("names in odd cases", "GET /f HTTP/1.1", "x-lOWER: a\r\nUSER-AGENT: Me/1\r\naccept: */*\r\n", "",
            "HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\nSERVER: x\r\n\r\nok"),
        new Case("names of every token byte", "GET /f HTTP/1.1", "!#$%&'*+-.^_`|~09azAZ: odd\r\n", "",
            "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: odd\r\nContent-Length: 0\r\n\r\n"),
        new Case("values beyond ASCII", "GET /f HTTP/1.1", "X-Latin: caf\u00e9 \u00ff\u0080\r\n", "",
            "HTTP/1.1 200 OK\r\nX-Utf-8: \u00e9\u0096\u00a2\u00e6\u0089\u0080\r\nContent-Length: 0\r\n\r\n"),
        new Case("empty values", "GET /f HTTP/1.1", "X-Empty: \r\nX-After: a\r\n", "", "HTTP/1.1 200 OK\r\nX-Empty: \r\nContent-Length: 0\r\n\r\n"),
        new Case("tabs and runs of blanks within a value", "GET /f HTTP/1.1", "X-Tab: a\t b   c\r\n", "",
            "HTTP/1.1 200 OK\r\nX-Tab: a\t\tb    c\r\nContent-Length: 0\r\n\r\n"),
        new Case("quotes, commas and colons", "GET /f HTTP/1.1", "X-Q: \"a, \\\"b\\\": c\", d;e=\"f\"\r\n", "", OK),
        new Case("a hundred fields each way", "GET /f HTTP/1.1", many, "", "HTTP/1.1 200 OK\r\n" + many + "Content-Length: 0\r\n\r\n"),
        new Case("forty kilobytes in one field each way", "GET /f HTTP/1.1", "X-Long: " + "v".repeat(40_000) + "\r\n", "",
            "HTTP/1.1 200 OK\r\nX-Long: " + "w".repeat(40_000) + "\r\nContent-Length: 0\r\n\r\n"),
        new Case("credentials for the origin", "GET /f HTTP/1.1", "Authorization: Basic QTpC\r\n", "",
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nWWW-Authenticate: Digest realm=\"d\"\r\nContent-Length: 0\r\n\r\n"),
        new Case("ranges and conditions", "GET /f HTTP/1.1", "Range: bytes=0-1,-5\r\nIf-Range: \"e\"\r\nIf-Match: *\r\n", "",
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/10\r\nAccept-Ranges: bytes\r\nContent-Length: 2\r\n\r\nab"),
        new Case("caching", "GET /f HTTP/1.1", "Cache-Control: no-cache\r\nPragma: no-cache\r\n", "",
            "HTTP/1.1 200 OK\r\nAge: 10\r\nCache-Control: max-age=60\r\nDate: Tue, 24 Nov 2026 07:00:00 GMT\r\nExpires: 0\r\nWarning: 110 a \"b\"\r\n"
                + "Vary: *\r\nContent-Length: 0\r\n\r\n"),
        new Case("what others forwarded", "GET /f HTTP/1.1", "X-Forwarded-For: 10.1.2.3\r\nForwarded: for=10.1.2.3\r\nX-Real-IP: 10.1.2.3\r\n", "", OK),
        new Case("an upgrade that is only offered", "GET /f HTTP/1.1", "", "",
            "HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok"));
  }

  static List<Case> targets() {
    List<Case> cases = new ArrayList<>();
    for (String target : List.of(
        "/%2F", "/%2f%2F", "/a%2e%2e/b", "/a/../b", "/a/./b", "//", "//double//slash", "/;p", "/a;v=1/b;w", "/?", "/??", "/a?b?c", "/?q=%00%0d%0a",
        "/a?", "/a?b=c&d=%26&e=+", "/~user/!$&'()*+,=:@", "/%E9%96%A2%E6%89%80", "/a//", "/a%", "/%zz", "/?http://other.example/", "/http://x/",
        "/a:b@c")) {
      cases.add(new Case("the target " + target, "GET " + target + " HTTP/1.1", "", "", OK));
    }
    cases.add(new Case("a query of fifteen kilobytes", "GET /long?" + "q=1&".repeat(15 * 256) + " HTTP/1.1", "", "", OK));
    return cases;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"methods", "statuses", "bodies", "fields", "targets"})
  void proxiedEqualsDirect(Case exchange) throws Exception {
    try (ScriptedOrigin origin = origin(exchange.response())) {
      Seen direct = seen(exchange, origin, origin.port(), "");
      Seen proxied = seen(exchange, origin, gateway.port(), "http://" + origin.authority());
      assertThat(proxied.origin().endToEnd()).isEqualTo(direct.origin().endToEnd());
      assertThat(proxied.client().endToEnd("proxy-status")).isEqualTo(direct.client().endToEnd("proxy-status"));
      assertThat(proxied.origin().value("Via")).isEqualTo((exchange.request().endsWith("1.0") ? "1.0 " : "1.1 ") + TestGateway.PSEUDONYM);
      assertThat(proxied.client().values("Via")).hasSize(1);
      assertThat(proxied.client().start()).startsWith("HTTP/1.1 ");
    }
  }

  private static Seen seen(Case exchange, ScriptedOrigin origin, int port, String before) throws Exception {
    int line = origin.lines().size();
    try (RawClient client = new RawClient(port)) {
      client.send(exchange.head(origin.authority(), before) + exchange.body());
      RawClient.Response response = client.readResponse(exchange.method());
      return new Seen(Message.parse(origin.lines().get(line).received()), Message.of(response));
    }
  }

  /** Closes after an answer that says so, or that ends with the connection. */
  private static ScriptedOrigin origin(String response) throws IOException {
    String head = response.substring(0, response.indexOf("\r\n\r\n") + 2);
    boolean framed = head.contains("Length: ") || head.contains("LENGTH: ") || head.contains("chunked") || head.contains(" 204 ") || head.contains(" 304 ");
    return framed && !head.contains("close") ? ScriptedOrigin.answering(response) : ScriptedOrigin.answeringOnce(response);
  }

  private static String pattern(int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; text.length() < length; i++) {
      text.append(i).append(' ');
    }
    text.setLength(length);
    return text.toString();
  }

  private static String everyByte() {
    StringBuilder bytes = new StringBuilder();
    for (char b = 0; b < 256; b++) {
      bytes.append(b);
    }
    return bytes.toString();
  }

  private static String zipped() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write("hello, hello, hello".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
