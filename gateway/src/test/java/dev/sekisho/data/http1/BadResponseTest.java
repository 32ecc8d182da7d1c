package dev.sekisho.data.http1;

import static dev.sekisho.data.exchange.Failure.Kind.MALFORMED_RESPONSE;
import static dev.sekisho.data.exchange.Failure.Kind.RESPONSE_HEADER_TOO_LARGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Responses that are refused. */
class BadResponseTest {
  private record Case(String method, Failure.Kind kind, String bytes, String detail) {}

  private final List<Case> cases = new ArrayList<>();

  @TestFactory
  Stream<DynamicTest> refusesInTheSameWayHoweverTheBytesAreCut() {
    lines();
    fields();
    framing();
    return cases.stream().map(c -> DynamicTest.dynamicTest(name(c), () -> refused(c)));
  }

  @Test
  void knowsMoreThanSixtyWaysToBeWrong() {
    refusesInTheSameWayHoweverTheBytesAreCut();
    assertThat(cases).hasSizeGreaterThan(60);
  }

  private static String name(Case c) {
    String shown = c.bytes.replace("\r", "\\r").replace("\n", "\\n");
    return c.detail
        + ": "
        + c.method
        + " "
        + (shown.length() > 60 ? shown.substring(0, 60) + "..." : shown);
  }

  private static void refused(Case c) {
    ParsedResponse parsed = Wire.response(c.method, c.bytes);
    assertThat(parsed).as(() -> Wire.describe(parsed)).isInstanceOf(Bad.class);
    Failure failure = ((Bad) parsed).failure();
    assertThat(failure.detail()).contains(c.detail);
    assertThat(failure.kind()).isEqualTo(c.kind);
    assertThat(failure.side()).isEqualTo(Failure.Side.ORIGIN);
    Wire.sameHoweverCut(c.bytes, Wire.responses(c.method));
  }

  private void bad(String detail, String bytes) {
    cases.add(new Case("GET", MALFORMED_RESPONSE, bytes, detail));
  }

  private void line(String detail, String line) {
    bad(detail, line + "\r\nContent-Length: 0\r\n\r\n");
  }

  private void head(String detail, String fields) {
    bad(detail, "HTTP/1.1 200 OK\r\n" + fields + "\r\n");
  }

  private void head(String method, String detail, String status, String fields) {
    cases.add(
        new Case(
            method, MALFORMED_RESPONSE, "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n", detail));
  }

  private void lines() {
    line("no HTTP response", "ICY 200 OK");
    line("no HTTP response", "http/1.1 200 OK");
    line("no HTTP response", " HTTP/1.1 200 OK");
    line("no HTTP response", "<html>");
    bad("no HTTP response", "\r\nHTTP/1.1 200 OK\r\n\r\n");
    bad("no HTTP response", "\u0015\u0003\u0003\u0000\u0002");
    bad("no HTTP response", "SSH-2.0-OpenSSH_9.2\r\n");
    line("begin with HTTP/1.1", "HTTP/2 200 OK");
    line("begin with HTTP/1.1", "HTTP/1.2 200 OK");
    line("begin with HTTP/1.1", "HTTP/2.0 200 OK");
    line("begin with HTTP/1.1", "HTTP/0.9 200 OK");
    line("begin with HTTP/1.1", "HTTP/1.1");
    line("begin with HTTP/1.1", "HTTP/1.1 ");
    line("begin with HTTP/1.1", "HTTP/1.1 20");
    line("begin with HTTP/1.1", "HTTP/1.10 200 OK");
    line("begin with HTTP/1.1", "HTTP/1.1\t200 OK");
    line("begin with HTTP/1.1", "HTTPS/1.1 200 OK");
    line("begin with HTTP/1.1", "Hello, this is no answer");
    line("three digits", "HTTP/1.1  200 OK");
    line("three digits", "HTTP/1.1 2000 OK");
    line("three digits", "HTTP/1.1 20x OK");
    line("three digits", "HTTP/1.1 099 OK");
    line("three digits", "HTTP/1.1 -20 OK");
    line("three digits", "HTTP/1.1 +20 OK");
    line("three digits", "HTTP/1.1 200\tOK");
    line("three digits", "HTTP/1.1 200OK");
    line("three digits", "HTTP/1.1 20 OK");
    line("three digits", "HTTP/1.1 200,OK");
    line("control character", "HTTP/1.1 200 O\u0000K");
    line("control character", "HTTP/1.1 200 O\u001bK");
    line("control character", "HTTP/1.1 200 OK\r");
    line("control character", "HTTP/1.1 200 O\rK");
    bad("line feed without", "HTTP/1.1 200 OK\n\n");
    bad("line feed without", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n");
    cases.add(
        new Case("GET", RESPONSE_HEADER_TOO_LARGE, "H".repeat(17 * 1024), "a first line of more"));
    String large = "HTTP/1.1 200 OK\r\nA: " + "b".repeat(65 * 1024) + "\r\n\r\n";
    cases.add(new Case("GET", RESPONSE_HEADER_TOO_LARGE, large, "a header block of more"));
    String many = "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(501) + "\r\n";
    cases.add(new Case("GET", RESPONSE_HEADER_TOO_LARGE, many, "more than 500 fields"));
  }

  private void fields() {
    head("folded", "A: b\r\n c\r\n");
    head("folded", " A: b\r\n");
    head("white space in or after", "A : b\r\n");
    head("white space in or after", "Content-Length : 3\r\n");
    head("white space in or after", "Transfer-Encoding\t: chunked\r\n");
    head("empty field name", ": b\r\n");
    head("without a colon", "A\r\n");
    head("not a token", "A\u0000: b\r\n");
    head("control character", "A: b\u0000c\r\n");
    head("control character", "A: b\u007f\r\n");
    head("control character", "Location: /x\rSet-Cookie: a=b\r\n");
    head("line feed without", "Location: /x\nSet-Cookie: a=b\r\n");
    head("line feed without", "A: b\r\n\n");
  }

  private void framing() {
    head("both Content-Length and", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    head("two Content-Length", "Content-Length: 5\r\nContent-Length: 5\r\n");
    head("two Content-Length", "Content-Length: 5\r\nContent-Length: 6\r\n");
    head("not a number", "Content-Length: 5, 5\r\n");
    head("not a number", "Content-Length: +5\r\n");
    head("not a number", "Content-Length: -1\r\n");
    head("not a number", "Content-Length: 0x10\r\n");
    head("empty or too large", "Content-Length: \r\n");
    head("empty or too large", "Content-Length: 99999999999999999999\r\n");
    head("other than chunked", "Transfer-Encoding: br, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: zstd, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: compress, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: identity, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip, gzip, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: deflate, gzip, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: chunked, gzip\r\n");
    head("other than chunked", "Transfer-Encoding: gzip;q=1, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip chunked\r\n");
    head("other than chunked", "Transfer-Encoding: ,chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip,,chunked\r\n");
    head("both Content-Length and", "Content-Length: 5\r\nTransfer-Encoding: gzip, chunked\r\n");
    head("two Transfer-Encoding", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n");
    bad("in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    head("GET", "which has none", "204", "Transfer-Encoding: gzip, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: gzip\r\n");
    head("other than chunked", "Transfer-Encoding: identity\r\n");
    head("other than chunked", "Transfer-Encoding: chunked, chunked\r\n");
    head("other than chunked", "Transfer-Encoding: xchunked\r\n");
    head("other than chunked", "Transfer-Encoding: chunked;foo\r\n");
    head("other than chunked", "Transfer-Encoding:\r\n");
    head("control character", "Transfer-Encoding: \u000cchunked\r\n");
    head("two Transfer-Encoding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
    bad("in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    head(
        "HEAD",
        "both Content-Length and",
        "200",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    head("HEAD", "two Content-Length", "200", "Content-Length: 5\r\nContent-Length: 5\r\n");
    head("GET", "which has none", "204", "Content-Length: 5\r\n");
    head("GET", "which has none", "204", "Transfer-Encoding: chunked\r\n");
    head("GET", "which has none", "100", "Content-Length: 5\r\n");
    head("GET", "which has none", "103", "Transfer-Encoding: chunked\r\n");
    head("GET", "which has none", "101", "Transfer-Encoding: chunked\r\n");
    head("GET", "two Content-Length", "304", "Content-Length: 5\r\nContent-Length: 5\r\n");
    head(
        "CONNECT",
        "both Content-Length and",
        "407",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
  }
}
