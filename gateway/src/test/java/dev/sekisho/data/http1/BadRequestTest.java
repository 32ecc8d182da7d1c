package dev.sekisho.data.http1;

import static dev.sekisho.data.exchange.Failure.Kind.HEADER_TOO_LARGE;
import static dev.sekisho.data.exchange.Failure.Kind.MALFORMED_REQUEST;
import static dev.sekisho.data.exchange.Failure.Kind.TARGET_TOO_LONG;
import static dev.sekisho.data.exchange.Failure.Kind.UNSUPPORTED_CODING;
import static dev.sekisho.data.exchange.Failure.Kind.UNSUPPORTED_EXPECTATION;
import static dev.sekisho.data.exchange.Failure.Kind.UNSUPPORTED_VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Requests that are refused, and as what. */
class BadRequestTest {
  private record Case(Failure.Kind kind, String bytes, String detail) {}

  private static final String HOST = "Host: h.example\r\n";

  private final List<Case> cases = new ArrayList<>();

  @TestFactory
  Stream<DynamicTest> refusesInTheSameWayHoweverTheBytesAreCut() {
    lines();
    targets();
    tunnels();
    hosts();
    fields();
    framing();
    connection();
    sizes();
    return cases.stream().map(c -> DynamicTest.dynamicTest(name(c), () -> refused(c)));
  }

  @Test
  void knowsMoreThanAHundredWaysToBeWrong() {
    refusesInTheSameWayHoweverTheBytesAreCut();
    assertThat(cases).hasSizeGreaterThan(100);
  }

  private static String name(Case c) {
    String shown = c.bytes.replace("\r", "\\r").replace("\n", "\\n");
    return c.detail + ": " + (shown.length() > 60 ? shown.substring(0, 60) + "..." : shown);
  }

  private static void refused(Case c) {
    ParsedRequest parsed = Wire.request(c.bytes);
    assertThat(parsed).as(() -> Wire.describe(parsed)).isInstanceOf(Bad.class);
    Failure failure = ((Bad) parsed).failure();
    assertThat(failure.detail()).contains(c.detail);
    assertThat(failure.kind()).isEqualTo(c.kind);
    assertThat(failure.side()).isEqualTo(Failure.Side.CLIENT);
    Wire.sameHoweverCut(c.bytes, Wire.requests());
  }

  private void bad(Failure.Kind kind, String detail, String bytes) {
    cases.add(new Case(kind, bytes, detail));
  }

  private void line(String detail, String line) {
    bad(MALFORMED_REQUEST, detail, line + "\r\n" + HOST + "\r\n");
  }

  private void target(String detail, String target) {
    line(detail, "GET " + target + " HTTP/1.1");
  }

  private void head(String detail, String fields) {
    bad(MALFORMED_REQUEST, detail, "POST http://h.example/ HTTP/1.1\r\n" + HOST + fields + "\r\n");
  }

  private void hostless(String detail, String fields) {
    bad(MALFORMED_REQUEST, detail, "GET http://h.example/ HTTP/1.1\r\n" + fields + "\r\n");
  }

  private void lines() {
    line("without an HTTP version", "GET /");
    line("without an HTTP version", "GET http://h.example/");
    line("begin with a method", "GET\t/ HTTP/1.1");
    line("no HTTP request", " GET / HTTP/1.1");
    line("more than one space", "GET  / HTTP/1.1");
    line("one space and an HTTP version", "GET /  HTTP/1.1");
    line("percent-encoded", "GET /\tHTTP/1.1");
    line("one space and an HTTP version", "GET / HTTP/1.1 ");
    line("one space and an HTTP version", "GET / http/1.1");
    line("one space and an HTTP version", "GET / HTTP/1");
    line("one space and an HTTP version", "GET / HTTP/11");
    line("one space and an HTTP version", "GET / HTTP/1.");
    line("one space and an HTTP version", "GET / HTTP/");
    line("one space and an HTTP version", "GET / ");
    line("one space and an HTTP version", "GET / HTTP/1.10");
    line("one space and an HTTP version", "GET / HTTP/1.1 x");
    line("one space and an HTTP version", "GET / HTTPS/1.1");
    line("one space and an HTTP version", "GET / HTTP/a.1");
    line("begin with a method", "GET");
    line("begin with a method", "G(T / HTTP/1.1");
    line("begin with a method", "GET: / HTTP/1.1");
    line("a method of more than", "G".repeat(65) + " / HTTP/1.1");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "GET / HTTP/1.2\r\n" + HOST + "\r\n");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "GET / HTTP/2.0\r\n" + HOST + "\r\n");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "GET / HTTP/0.9\r\n" + HOST + "\r\n");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "GET / HTTP/1.9\r\nbroken\n\n");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "GET / HTTP/9.9\r\n\r\n");
    bad(UNSUPPORTED_VERSION, "other than 1.0 and 1.1", "OPTIONS * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    bad(MALFORMED_REQUEST, "no HTTP request", "\r\n\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n");
    bad(MALFORMED_REQUEST, "no HTTP request", "\nGET / HTTP/1.1\r\n" + HOST + "\r\n");
    bad(MALFORMED_REQUEST, "without a line feed", "\rGET / HTTP/1.1\r\n" + HOST + "\r\n");
    bad(
        MALFORMED_REQUEST,
        "no HTTP request",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc");
    bad(MALFORMED_REQUEST, "no HTTP request", "\u0000");
    bad(MALFORMED_REQUEST, "no HTTP request", "\u0005\u0001\u0000");
    bad(MALFORMED_REQUEST, "line feed without", "GET / HTTP/1.1\n" + HOST + "\r\n");
    bad(MALFORMED_REQUEST, "begin with a method", "GET\r / HTTP/1.1\r\n" + HOST + "\r\n");
    bad(MALFORMED_REQUEST, "without an HTTP version", "GET /\r HTTP/1.1\r\n" + HOST + "\r\n");
  }

  private void targets() {
    target("neither a URL", "h.example:80");
    target("neither a URL", "http:/h.example/");
    target("neither a URL", "http:h.example");
    target("neither a URL", "**");
    target("neither a URL", "?q");
    target("'*' with a method", "*");
    target("neither http nor https", "ftp://h.example/");
    target("neither http nor https", "ws://h.example/");
    target("neither http nor https", "file:///etc/passwd");
    target("neither http nor https", "httpx://h.example/");
    target("without a host", "http://");
    target("without a host", "http:///path");
    target("without a host", "http://?q");
    target("host or port", "http://user@h.example/");
    target("host or port", "http://user:secret@h.example/");
    target("host or port", "http://@h.example/");
    target("empty port", "http://h.example:/");
    target("host or port", "http://:80/");
    target("host or port", "http://h.example:0/");
    target("host or port", "http://h.example:65536/");
    target("host or port", "http://h.example:99999999999/");
    target("host or port", "http://h.example:+80/");
    target("host or port", "http://h.example:-80/");
    target("host or port", "http://h.example:080/");
    target("host or port", "http://h.example:80:80/");
    target("host or port", "http://h.example:8o/");
    target("host or port", "http://[::1/");
    target("host or port", "http://[::1]80/");
    target("host or port", "http://::1/");
    target("host or port", "http://[fe80::1%25eth0]/");
    target("host or port", "http://h%2eexample/");
    target("host or port", "http://h..example/");
    target("host or port", "http://h,example/");
    target("host or port", "http://1.2.3.4.5/");
    target("a fragment", "http://h.example/#top");
    target("a fragment", "/page#top");
    target("a fragment", "http://h.example#x");
    target("backslash", "http://h.example\\@evil.example/");
    target("backslash", "http:\\\\h.example/");
    target("backslash", "/a\\b");
    target("backslash", "/a\\b?c");
    target("a fragment", "/a?b\\c#d");
    target("percent-encoded", "/a\u007fb");
    target("percent-encoded", "/a\u0001b");
    target("percent-encoded", "/a\u0000b");
    target("percent-encoded", "/caf\u00e9");
    target("percent-encoded", "http://caf\u00e9.example/");
  }

  private void tunnels() {
    line("host or port", "CONNECT h.example HTTP/1.1");
    line("empty port", "CONNECT h.example: HTTP/1.1");
    line("host or port", "CONNECT h.example:0 HTTP/1.1");
    line("host or port", "CONNECT h.example:70000 HTTP/1.1");
    line("host or port", "CONNECT h.example:https HTTP/1.1");
    line("host or port", "CONNECT :443 HTTP/1.1");
    line("host or port", "CONNECT /path HTTP/1.1");
    line("host or port", "CONNECT http://h.example:443/ HTTP/1.1");
    line("host or port", "CONNECT user@h.example:443 HTTP/1.1");
    line("host or port", "CONNECT h.example:443/x HTTP/1.1");
    line("host or port", "CONNECT h.example:443?x HTTP/1.1");
    line("host or port", "CONNECT * HTTP/1.1");
    line("host or port", "CONNECT ::1:443 HTTP/1.1");
  }

  private void hosts() {
    hostless("no Host field", "");
    hostless("no Host field", "Accept: */*\r\n");
    hostless("no Host field", "Hos: h.example\r\n");
    hostless("two Host fields", HOST + HOST);
    hostless("two Host fields", HOST + "hOST: other.example\r\n");
    hostless("two Host fields", HOST + "Accept: */*\r\nHost:\r\n");
    hostless("Host field that is no host", "Host: a.example, b.example\r\n");
    hostless("Host field that is no host", "Host: a.example b.example\r\n");
    hostless("Host field that is no host", "Host: user@h.example\r\n");
    hostless("Host field that is no host", "Host: h.example/path\r\n");
    hostless("Host field that is no host", "Host: http://h.example\r\n");
    hostless("Host field that is no host", "Host: h.example:0\r\n");
    hostless("Host field with an empty port", "Host: h.example:\r\n");
    hostless("Host field with bytes outside ASCII", "Host: h\u00e4.example\r\n");
    bad(MALFORMED_REQUEST, "Host field that is no host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
    bad(MALFORMED_REQUEST, "two Host fields", "GET / HTTP/1.0\r\n" + HOST + HOST + "\r\n");
    bad(MALFORMED_REQUEST, "no Host field", "CONNECT h.example:443 HTTP/1.1\r\n\r\n");
  }

  private void fields() {
    head("folded", "A: b\r\n c\r\n");
    head("folded", "A: b\r\n\tc\r\n");
    head("folded", "A: b\r\n \r\n");
    bad(MALFORMED_REQUEST, "folded", "GET / HTTP/1.1\r\n Host: h.example\r\n\r\n");
    head("white space in or after", "A : b\r\n");
    head("white space in or after", "A\t: b\r\n");
    head("white space in or after", "A b: c\r\n");
    head("white space in or after", "Content-Length : 5\r\n");
    head("empty field name", ": b\r\n");
    head("empty field name", ":\r\n");
    head("without a colon", "A\r\n");
    head("not a token", "A(b): c\r\n");
    head("not a token", "\"A\": c\r\n");
    head("not a token", "A\u0000: c\r\n");
    head("not a token", "A\u00e9: c\r\n");
    head("not a token", "A\u007f: c\r\n");
    head("not a token", "\u000bA: c\r\n");
    head("not a token", "A;b: c\r\n");
    head("control character", "A: b\u0000c\r\n");
    head("control character", "A: \u0000\r\n");
    head("control character", "A: b\u0001\r\n");
    head("control character", "A: b\u007fc\r\n");
    head("control character", "A: b\u001b[31m\r\n");
    head("control character", "A: b\u000bc\r\n");
    head("control character", "A: 1234567\u000c\r\n");
    head("control character", "A: b\rc\r\n");
    head("control character", "A: b\r\r\n");
    head("without a colon", "A\rb: c\r\n");
    head("line feed without", "A: b\nc: d\r\n");
    head("line feed without", "A: b\n\r\n");
    head("line feed without", "A: b\r\n\n");
    head("carriage return without", "A: b\r\n\rX: y\r\n");
    bad(
        UNSUPPORTED_EXPECTATION,
        "other than 100-continue",
        "GET / HTTP/1.1\r\n" + HOST + "Expect: 200-ok\r\n\r\n");
    bad(
        UNSUPPORTED_EXPECTATION,
        "other than 100-continue",
        "GET / HTTP/1.1\r\n" + HOST + "Expect: 100-continue, x\r\n\r\n");
    bad(
        UNSUPPORTED_EXPECTATION,
        "other than 100-continue",
        "GET / HTTP/1.1\r\n" + HOST + "Expect:\r\n\r\n");
  }

  private void framing() {
    head("both Content-Length and", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    head("both Content-Length and", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n");
    head("two Content-Length", "Content-Length: 5\r\nContent-Length: 6\r\n");
    head("two Content-Length", "Content-Length: 5\r\ncontent-length: 5\r\n");
    head("not a number", "Content-Length: 5, 5\r\n");
    head("not a number", "Content-Length: 5,6\r\n");
    head("not a number", "Content-Length: +5\r\n");
    head("not a number", "Content-Length: -5\r\n");
    head("not a number", "Content-Length: 0x5\r\n");
    head("not a number", "Content-Length: 5.0\r\n");
    head("not a number", "Content-Length: 5 5\r\n");
    head("not a number", "Content-Length: 5;\r\n");
    head("not a number", "Content-Length: five\r\n");
    head("not a number", "Content-Length: \u00b2\r\n");
    head("not a number", "Content-Length: \"5\"\r\n");
    head("empty or too large", "Content-Length:\r\n");
    head("empty or too large", "Content-Length: 9223372036854775808\r\n");
    head("empty or too large", "Content-Length: 18446744073709551621\r\n");
    head("empty or too large", "Content-Length: " + "0".repeat(40) + "5\r\n");
    codings();
    bad(
        MALFORMED_REQUEST,
        "a body with CONNECT",
        "CONNECT h.example:443 HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\n");
    bad(
        MALFORMED_REQUEST,
        "a body with CONNECT",
        "CONNECT h.example:443 HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
  }

  private void codings() {
    for (String coding :
        List.of("gzip", "X-Gzip", "deflate", "compress", "x-compress", "gzip,gzip")) {
      bad(
          UNSUPPORTED_CODING,
          "only chunked",
          "POST http://h.example/ HTTP/1.1\r\n"
              + HOST
              + "Transfer-Encoding: "
              + coding
              + " ,\tChunked\r\n\r\n");
    }
    head("other than chunked", "Transfer-Encoding: xchunked, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip;q=1, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: identity, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip,, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip\r\n");
    head("other than chunked", "Transfer-Encoding: chunked, gzip\r\n");
    head("other than chunked", "Transfer-Encoding: chunked, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: chunked, identity\r\n");
    head("other than chunked", "Transfer-Encoding: identity\r\n");
    head("other than chunked", "Transfer-Encoding: xchunked\r\n");
    head("other than chunked", "Transfer-Encoding: chunked;q=1\r\n");
    head("other than chunked", "Transfer-Encoding: \"chunked\"\r\n");
    head("other than chunked", "Transfer-Encoding: ,chunked\r\n");
    head("other than chunked", "Transfer-Encoding: chunked,\r\n");
    head("other than chunked", "Transfer-Encoding:\r\n");
    head("control character", "Transfer-Encoding: \u000bchunked\r\n");
    head("two Transfer-Encoding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
    head("two Transfer-Encoding", "Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n");
    bad(
        MALFORMED_REQUEST,
        "in HTTP/1.0",
        "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
  }

  private void connection() {
    for (String named :
        List.of(
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Cookie",
            "Authorization",
            "Via",
            "Expect",
            "Content-Type",
            "Cache-Control",
            "Content-Encoding",
            "Max-Forwards",
            "X-Forwarded-For",
            "Forwarded",
            "Range")) {
      head("for every recipient", "Connection: close, " + named + "\r\n");
    }
    head("option that is not a token", "Connection: keep alive\r\n");
    head("option that is not a token", "Connection: \"close\"\r\n");
    head("for every recipient", "Connection: close\r\nConnection: x,host\r\n");
    head("more than 64 Connection options", "Connection: " + "a,".repeat(64) + "a\r\n");
    head("more than 64 Connection options", "Connection: ,\r\n".repeat(65));
  }

  private void sizes() {
    bad(
        TARGET_TOO_LONG,
        "a first line of more than",
        "GET /" + "a".repeat(16 * 1024) + " HTTP/1.1\r\n" + HOST + "\r\n");
    bad(TARGET_TOO_LONG, "a first line of more than", "G".repeat(17 * 1024));
    bad(
        HEADER_TOO_LARGE,
        "a header block of more",
        "GET / HTTP/1.1\r\n" + HOST + "A: " + "b".repeat(65 * 1024) + "\r\n\r\n");
    bad(
        HEADER_TOO_LARGE,
        "more than 500 fields",
        "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n".repeat(500) + "\r\n");
    bad(
        HEADER_TOO_LARGE,
        "a field name of more",
        "GET / HTTP/1.1\r\n" + HOST + "A".repeat(1025) + ": b\r\n\r\n");
  }
}
