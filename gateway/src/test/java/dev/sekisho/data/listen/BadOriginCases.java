package dev.sekisho.data.listen;

import java.util.ArrayList;
import java.util.List;

/** Answers of an origin that breaks the rules, for {@link BadOriginTest}. */
final class BadOriginCases {
  static final String STOLEN = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen";
  static final String OK = "HTTP/1.1 200 OK\r\n";
  static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

  /** What the origin does after its last byte. */
  enum Then {
    STAY,
    CLOSE,
    RESET
  }

  /**
   * One answer.
   *
   * @param rest sent after the client has what was before; empty when there is nothing to wait for
   */
  record Case(String name, String method, String bytes, String rest, Then then) {}

  private BadOriginCases() {}

  static List<Case> malformed() {
    List<Case> to = new ArrayList<>();
    lines(to);
    fields(to);
    others(to);
    to.add(new Case("nothing", "GET", "", "", Then.CLOSE));
    to.add(new Case("half a head", "GET", OK + "Content-Le", "", Then.CLOSE));
    to.add(new Case("half a status line", "GET", "HTTP/1.", "", Then.CLOSE));
    to.add(new Case("a reset", "GET", "", "", Then.RESET));
    return to;
  }

  private static void lines(List<Case> to) {
    for (String line :
        List.of(
            "ICY 200 OK",
            "http/1.1 200 OK",
            " HTTP/1.1 200 OK",
            "<html>",
            "HTTP/2 200 OK",
            "HTTP/2.0 200 OK",
            "HTTP/1.2 200 OK",
            "HTTP/0.9 200 OK",
            "HTTP/1.1",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1 20x OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 -20 OK",
            "HTTP/1.1 200\tOK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200 O\0K",
            "HTTP/1.1 200 O\rK",
            "GET / HTTP/1.1",
            "SSH-2.0-OpenSSH_9.2")) {
      to.add(
          bad("the line " + SmugglingCases.shown(line), line + "\r\nContent-Length: 2\r\n\r\nok"));
    }
  }

  private static void fields(List<Case> to) {
    for (String fields :
        List.of(
            "A: b\r\n folded",
            " A: b",
            "A : b",
            ": b",
            "A",
            "A\0: b",
            "A: b\0c",
            "A: b\u007f",
            "Location: /x\rSet-Cookie: a=b",
            "Location: /x\nSet-Cookie: a=b",
            "Content-Length : 2",
            "Transfer-Encoding\t: chunked",
            "Content-Length: 2\r\nTransfer-Encoding: chunked",
            "Content-Length: 2\r\nContent-Length: 2",
            "Content-Length: 2\r\nContent-Length: 50",
            "Content-Length: 2, 2",
            "Content-Length: +2",
            "Content-Length: -2",
            "Content-Length: 0x2",
            "Content-Length: ",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: br, chunked",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: ",
            "Transfer-Encoding: \u000cchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")) {
      to.add(bad("the fields " + SmugglingCases.shown(fields), OK + fields + "\r\n\r\nok"));
    }
  }

  private static void others(List<Case> to) {
    to.add(bad("a bare LF after the status line", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"));
    to.add(
        bad(
            "chunks in HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    to.add(bad("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"));
    to.add(
        bad(
            "204 with chunks",
            "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    to.add(
        bad(
            "304 with two lengths",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"));
    to.add(bad("100 with a length", "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nok"));
    to.add(bad("garbage after 100", "HTTP/1.1 100 Continue\r\n\r\nok"));
    to.add(bad("two empty lines first", "\r\n\r\n" + OK + "Content-Length: 2\r\n\r\nok"));
    to.add(bad("a TLS alert", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028"));
    String upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    to.add(
        bad("a switch to what nobody asked for", "HTTP/1.1 101 Switching Protocols\r\n" + upgrade));
    to.add(bad("a status line of 17 KiB", "HTTP/1.1 200 " + "x".repeat(17 << 10) + "\r\n\r\n"));
    to.add(bad("a header block of 65 KiB", OK + "A: " + "b".repeat(65 << 10) + "\r\n\r\n"));
    to.add(bad("the field number 501", OK + "A: b\r\n".repeat(501) + "\r\n"));
    String two = "Content-Length: 2\r\nContent-Length: 3\r\n\r\n";
    to.add(new Case("HEAD with two lengths", "HEAD", OK + two + STOLEN, "", Then.STAY));
    String both = "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n";
    to.add(new Case("HEAD with both framings", "HEAD", OK + both, "", Then.STAY));
  }

  static List<Case> faultsInBodies() {
    List<Case> to = new ArrayList<>();
    for (String fault :
        List.of(
            "ffffffffffffffffff\r\nx\r\n",
            "0x3\r\nxyz\r\n0\r\n\r\n",
            "+3\r\nxyz\r\n",
            "-3\r\nxyz\r\n",
            " 3\r\nxyz\r\n",
            "3 \r\nxyz\r\n",
            "\r\nxyz",
            "g\r\n",
            "3\nxyz\r\n",
            "3\rxyz\r\n",
            "3;x\nxyz\r\n0\r\n\r\n",
            "3;x\0\r\nxyz\r\n",
            "0\n\r\n",
            "0\r\n\n",
            "0\r\nA : b\r\n\r\n",
            "0\r\nA\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: \0\r\n\r\n",
            "0x0\r\n\r\n",
            STOLEN)) {
      to.add(
          new Case(
              "the chunk " + SmugglingCases.shown(fault),
              "GET",
              CHUNKED + "3\r\nabc\r\n",
              fault + STOLEN,
              Then.STAY));
    }
    endings(to);
    return to;
  }

  private static void endings(List<Case> to) {
    to.add(
        new Case(
            "a chunk longer than its size",
            "GET",
            CHUNKED + "3\r\nabc",
            "d\r\n0\r\n\r\n",
            Then.STAY));
    to.add(
        new Case(
            "the end before the last chunk",
            "GET",
            CHUNKED + "3\r\nabc\r\n",
            "nothing",
            Then.CLOSE));
    to.add(
        new Case(
            "the end within the last chunk", "GET", CHUNKED + "3\r\nabc\r\n", "0\r\n", Then.CLOSE));
    to.add(
        new Case(
            "a reset before the last chunk",
            "GET",
            CHUNKED + "3\r\nabc\r\n",
            "nothing",
            Then.RESET));
    to.add(
        new Case(
            "the end before the length is reached",
            "GET",
            OK + "Content-Length: 10\r\n\r\nabc",
            "nothing",
            Then.CLOSE));
    to.add(
        new Case(
            "a reset before the length is reached",
            "GET",
            OK + "Content-Length: 10\r\n\r\nabc",
            "nothing",
            Then.RESET));
    to.add(
        new Case("a reset where the end is the end", "GET", OK + "\r\nabc", "nothing", Then.RESET));
  }

  static List<Case> tooMuch() {
    return List.of(
        new Case(
            "after a length", "GET", OK + "Content-Length: 2\r\n\r\nok" + STOLEN, "", Then.STAY),
        new Case(
            "after no content", "GET", OK + "Content-Length: 0\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case(
            "after the last chunk",
            "GET",
            CHUNKED + "2\r\nok\r\n0\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case(
            "after trailers",
            "GET",
            CHUNKED + "2\r\nok\r\n0\r\nA: b\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case("after 204", "GET", "HTTP/1.1 204 No Content\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case(
            "after 304",
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 46\r\n\r\n" + STOLEN,
            "",
            Then.STAY),
        new Case(
            "a body after HEAD", "HEAD", OK + "Content-Length: 46\r\n\r\n" + STOLEN, "", Then.STAY),
        new Case("chunks after HEAD", "HEAD", CHUNKED + "6\r\nstolen\r\n0\r\n\r\n", "", Then.STAY),
        new Case(
            "after it an interim response",
            "GET",
            OK + "Content-Length: 2\r\n\r\nokHTTP/1.1 103 H\r\n\r\n",
            "",
            Then.STAY),
        new Case("one line end", "GET", OK + "Content-Length: 2\r\n\r\nok\r\n", "", Then.STAY),
        new Case("one byte", "GET", OK + "Content-Length: 2\r\n\r\nok\0", "", Then.STAY));
  }

  private static Case bad(String name, String bytes) {
    return new Case(name, "GET", bytes + STOLEN, "", Then.STAY);
  }
}
