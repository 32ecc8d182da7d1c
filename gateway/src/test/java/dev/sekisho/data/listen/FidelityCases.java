package dev.sekisho.data.listen;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** The exchanges that a gateway must not change. */
final class FidelityCases {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final String LARGE = pattern(5 << 20);

  private FidelityCases() {}

  static List<FidelityCase> methods() {
    List<FidelityCase> cases = new ArrayList<>();
    for (String method :
        List.of(
            "GET",
            "DELETE",
            "OPTIONS",
            "PROPFIND",
            "M-SEARCH",
            "get",
            "A!#$%&'*+-.^_`|~9",
            "TRACE")) {
      cases.add(
          new FidelityCase(
              "the method " + method, method + " /m HTTP/1.1", "X-Test: 1\r\n", "", OK));
    }
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "REPORT")) {
      cases.add(
          new FidelityCase(
              "the method " + method + " with a body",
              method + " /m HTTP/1.1",
              "Content-Length: 5\r\n",
              "hello",
              OK));
    }
    cases.add(
        new FidelityCase(
            "HEAD with a length",
            "HEAD /m HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: \"x\"\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "HEAD with chunks announced",
            "HEAD /m HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "HEAD without a length",
            "HEAD /m HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"));
    return cases;
  }

  static List<FidelityCase> statuses() {
    List<FidelityCase> cases = new ArrayList<>();
    for (String status :
        List.of(
            "200 OK",
            "201 Created",
            "202 Accepted",
            "203 Non-Authoritative Information",
            "206 Partial Content",
            "299 Odd",
            "300 Multiple Choices",
            "301 Moved Permanently",
            "302 Found",
            "307 Temporary Redirect",
            "400 Bad Request",
            "401 Unauthorized",
            "403 Forbidden",
            "404 Not Found",
            "407 Proxy Authentication Required",
            "410 Gone",
            "418 I'm a teapot",
            "429 Too Many Requests",
            "451 Unavailable For Legal Reasons",
            "500 Internal Server Error",
            "502 Bad Gateway",
            "503 Service Unavailable",
            "599 Strange",
            "999 Stranger")) {
      cases.add(
          new FidelityCase(
              "the status " + status,
              "GET /s HTTP/1.1",
              "",
              "",
              "HTTP/1.1 "
                  + status
                  + "\r\nLocation: /there\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbody"));
    }
    cases.add(
        new FidelityCase(
            "204", "GET /s HTTP/1.1", "", "", "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "205 without a body",
            "POST /s HTTP/1.1",
            "Content-Length: 0\r\n",
            "",
            "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "304 with a length",
            "GET /s HTTP/1.1",
            "If-None-Match: \"x\"\r\n",
            "",
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 4321\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "304 without a length",
            "GET /s HTTP/1.1",
            "If-None-Match: \"x\"\r\n",
            "",
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"));
    cases.add(
        new FidelityCase(
            "an empty reason",
            "GET /s HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"));
    cases.add(
        new FidelityCase(
            "a reason in Latin-1",
            "GET /s HTTP/1.1",
            "",
            "",
            "HTTP/1.1 404 Pas trouv\u00e9\r\nContent-Length: 2\r\n\r\nno"));
    return cases;
  }

  static List<FidelityCase> bodies() {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    return List.of(
        new FidelityCase(
            "an empty body",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        new FidelityCase(
            "chunks",
            "GET /b HTTP/1.1",
            "",
            "",
            chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        new FidelityCase("no chunk but the last", "GET /b HTTP/1.1", "", "", chunked + "0\r\n\r\n"),
        new FidelityCase(
            "chunk extensions",
            "GET /b HTTP/1.1",
            "",
            "",
            chunked + "5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n"),
        new FidelityCase(
            "chunks with trailers",
            "GET /b HTTP/1.1",
            "TE: trailers\r\nConnection: TE\r\n",
            "",
            "HTTP/1.1 200 OK\r\n"
                + "Trailer: X-Sum, X-More\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "5\r\n"
                + "hello\r\n"
                + "0\r\n"
                + "X-Sum: 7\r\n"
                + "X-More: yes\r\n\r\n"),
        new FidelityCase(
            "a body that ends with the connection",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end"),
        new FidelityCase(
            "an empty body that ends with the connection",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\n\r\n"),
        new FidelityCase(
            "a connection closed by the origin",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        new FidelityCase(
            "an origin of HTTP/1.0",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"),
        new FidelityCase(
            "an origin of HTTP/1.0 without a length",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nuntil the end"),
        new FidelityCase(
            "an origin of HTTP/1.0 that keeps the connection",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold"),
        new FidelityCase("a client of HTTP/1.0", "GET /b HTTP/1.0", "", "", OK),
        new FidelityCase(
            "a client of HTTP/1.0 that posts",
            "POST /b HTTP/1.0",
            "Content-Length: 3\r\n",
            "old",
            OK),
        new FidelityCase(
            "a client of HTTP/1.0 and a body that ends with the connection",
            "GET /b HTTP/1.0",
            "",
            "",
            "HTTP/1.1 200 OK\r\n\r\nto the end"),
        new FidelityCase(
            "a request with an empty body", "POST /b HTTP/1.1", "Content-Length: 0\r\n", "", OK),
        new FidelityCase("a request without a body", "POST /b HTTP/1.1", "", "", OK),
        new FidelityCase(
            "a GET with a body", "GET /b HTTP/1.1", "Content-Length: 4\r\n", "body", OK),
        new FidelityCase(
            "chunks from the client",
            "POST /b HTTP/1.1",
            "Transfer-Encoding: chunked\r\n",
            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            OK),
        new FidelityCase(
            "chunks with trailers from the client",
            "POST /b HTTP/1.1",
            "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n",
            "3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n",
            OK),
        new FidelityCase(
            "five megabytes down",
            "GET /b HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: " + LARGE.length() + "\r\n\r\n" + LARGE),
        new FidelityCase(
            "five megabytes down in one chunk",
            "GET /b HTTP/1.1",
            "",
            "",
            chunked + "500000\r\n" + LARGE + "\r\n0\r\n\r\n"),
        new FidelityCase(
            "five megabytes up",
            "PUT /b HTTP/1.1",
            "Content-Length: " + LARGE.length() + "\r\n",
            LARGE,
            OK),
        new FidelityCase(
            "five megabytes up in one chunk",
            "PUT /b HTTP/1.1",
            "Transfer-Encoding: chunked\r\n",
            "500000\r\n" + LARGE + "\r\n0\r\n\r\n",
            OK),
        new FidelityCase(
            "a zipped body",
            "GET /b HTTP/1.1",
            "Accept-Encoding: gzip\r\n",
            "",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                + zipped().length()
                + "\r\n\r\n"
                + zipped()),
        new FidelityCase(
            "every byte there is",
            "POST /b HTTP/1.1",
            "Content-Length: 256\r\n",
            everyByte(),
            "HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + everyByte()));
  }

  static List<FidelityCase> fields() {
    StringBuilder hundred = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      hundred.append("X-Field-").append(i).append(": value ").append(i).append("\r\n");
    }
    String many = hundred.toString();
    return List.of(
        new FidelityCase(
            "cookies set twice",
            "GET /f HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\n"
                + "Set-Cookie: a=1; Path=/\r\n"
                + "X-Between: x\r\n"
                + "Set-Cookie: b=2, c\r\n"
                + "Content-Length: 0\r\n\r\n"),
        new FidelityCase(
            "the same field thrice",
            "GET /f HTTP/1.1",
            "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nx-a: 4\r\n",
            "",
            OK),
        new FidelityCase(
            "two Cookie fields",
            "GET /f HTTP/1.1",
            "Cookie: a=1\r\nCookie: b=2; c=\"3\"\r\n",
            "",
            OK),
        new FidelityCase(
            "names in odd cases",
            "GET /f HTTP/1.1",
            "x-lOWER: a\r\nUSER-AGENT: Me/1\r\naccept: */*\r\n",
            "",
            "HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\nSERVER: x\r\n\r\nok"),
        new FidelityCase(
            "names of every token byte",
            "GET /f HTTP/1.1",
            "!#$%&'*+-.^_`|~09azAZ: odd\r\n",
            "",
            "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: odd\r\nContent-Length: 0\r\n\r\n"),
        new FidelityCase(
            "values beyond ASCII",
            "GET /f HTTP/1.1",
            "X-Latin: caf\u00e9 \u00ff\u0080\r\n",
            "",
            "HTTP/1.1 200 OK\r\n"
                + "X-Utf-8: \u00e9\u0096\u00a2\u00e6\u0089\u0080\r\n"
                + "Content-Length: 0\r\n\r\n"),
        new FidelityCase(
            "empty values",
            "GET /f HTTP/1.1",
            "X-Empty: \r\nX-After: a\r\n",
            "",
            "HTTP/1.1 200 OK\r\nX-Empty: \r\nContent-Length: 0\r\n\r\n"),
        new FidelityCase(
            "tabs and runs of blanks within a value",
            "GET /f HTTP/1.1",
            "X-Tab: a\t b   c\r\n",
            "",
            "HTTP/1.1 200 OK\r\nX-Tab: a\t\tb    c\r\nContent-Length: 0\r\n\r\n"),
        new FidelityCase(
            "quotes, commas and colons",
            "GET /f HTTP/1.1",
            "X-Q: \"a, \\\"b\\\": c\", d;e=\"f\"\r\n",
            "",
            OK),
        new FidelityCase(
            "a hundred fields each way",
            "GET /f HTTP/1.1",
            many,
            "",
            "HTTP/1.1 200 OK\r\n" + many + "Content-Length: 0\r\n\r\n"),
        new FidelityCase(
            "forty kilobytes in one field each way",
            "GET /f HTTP/1.1",
            "X-Long: " + "v".repeat(40_000) + "\r\n",
            "",
            "HTTP/1.1 200 OK\r\nX-Long: " + "w".repeat(40_000) + "\r\nContent-Length: 0\r\n\r\n"),
        new FidelityCase(
            "credentials for the origin",
            "GET /f HTTP/1.1",
            "Authorization: Basic QTpC\r\n",
            "",
            "HTTP/1.1 401 Unauthorized\r\n"
                + "WWW-Authenticate: Basic realm=\"r\"\r\n"
                + "WWW-Authenticate: Digest realm=\"d\"\r\n"
                + "Content-Length: 0\r\n\r\n"),
        new FidelityCase(
            "ranges and conditions",
            "GET /f HTTP/1.1",
            "Range: bytes=0-1,-5\r\nIf-Range: \"e\"\r\nIf-Match: *\r\n",
            "",
            "HTTP/1.1 206 Partial Content\r\n"
                + "Content-Range: bytes 0-1/10\r\n"
                + "Accept-Ranges: bytes\r\n"
                + "Content-Length: 2\r\n\r\n"
                + "ab"),
        new FidelityCase(
            "caching",
            "GET /f HTTP/1.1",
            "Cache-Control: no-cache\r\nPragma: no-cache\r\n",
            "",
            "HTTP/1.1 200 OK\r\n"
                + "Age: 10\r\n"
                + "Cache-Control: max-age=60\r\n"
                + "Date: Tue, 24 Nov 2026 07:00:00 GMT\r\n"
                + "Expires: 0\r\n"
                + "Warning: 110 a \"b\"\r\n"
                + "Vary: *\r\n"
                + "Content-Length: 0\r\n\r\n"),
        new FidelityCase(
            "what others forwarded",
            "GET /f HTTP/1.1",
            "X-Forwarded-For: 10.1.2.3\r\nForwarded: for=10.1.2.3\r\nX-Real-IP: 10.1.2.3\r\n",
            "",
            OK),
        new FidelityCase(
            "an upgrade that is only offered",
            "GET /f HTTP/1.1",
            "",
            "",
            "HTTP/1.1 200 OK\r\n"
                + "Upgrade: h2c\r\n"
                + "Connection: Upgrade\r\n"
                + "Content-Length: 2\r\n\r\n"
                + "ok"));
  }

  static List<FidelityCase> targets() {
    List<FidelityCase> cases = new ArrayList<>();
    for (String target :
        List.of(
            "/%2F",
            "/%2f%2F",
            "/a%2e%2e/b",
            "/a/../b",
            "/a/./b",
            "//",
            "//double//slash",
            "/;p",
            "/a;v=1/b;w",
            "/?",
            "/??",
            "/a?b?c",
            "/?q=%00%0d%0a",
            "/a?",
            "/a?b=c&d=%26&e=+",
            "/~user/!$&'()*+,=:@",
            "/%E9%96%A2%E6%89%80",
            "/a//",
            "/a%",
            "/%zz",
            "/?http://other.example/",
            "/http://x/",
            "/a:b@c")) {
      cases.add(
          new FidelityCase("the target " + target, "GET " + target + " HTTP/1.1", "", "", OK));
    }
    cases.add(
        new FidelityCase(
            "a query of fifteen kilobytes",
            "GET /long?" + "q=1&".repeat(15 * 256) + " HTTP/1.1",
            "",
            "",
            OK));
    return cases;
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
