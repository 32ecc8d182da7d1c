package dev.sekisho.data.listen;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Requests that must not pass, for {@link SmugglingTest}. */
final class SmugglingCases {
  /** The origin's authority in these tables. */
  static final String O = "{o}";

  static final String HOST = "Host: " + O + "\r\n";
  static final String GET = "GET http://" + O + "/p HTTP/1.1\r\n" + HOST;
  static final String POST = "POST http://" + O + "/p HTTP/1.1\r\n" + HOST;
  static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
  static final String HIDDEN = "GET http://" + O + "/smuggled HTTP/1.1\r\n" + HOST + "\r\n";
  static final String GOOD_CHUNK = "3\r\nabc\r\n";

  /** A message, and the status it is refused with. */
  record Case(String name, int status, String bytes) {}

  private SmugglingCases() {}

  static List<Case> heads() {
    List<Case> cases = new ArrayList<>();
    lines(cases);
    targets(cases);
    fields(cases);
    framing(cases);
    otherProtocols(cases);
    sizes(cases);
    return cases;
  }

  private static void lines(List<Case> to) {
    to.add(
        new Case(
            "two spaces after the method", 400, "GET  http://{o}/p HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "two spaces before the version",
            400,
            "GET http://{o}/p  HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(new Case("a tab for a space", 400, "GET\thttp://{o}/p HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a space before the method", 400, " GET http://{o}/p HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(new Case("two empty lines first", 400, "\r\n\r\n" + GET + "\r\n"));
    to.add(
        new Case("a version in lower case", 400, "GET http://{o}/p http/1.1\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a version with two digits", 400, "GET http://{o}/p HTTP/1.10\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a version and more", 400, "GET http://{o}/p HTTP/1.1 HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(new Case("version 1.2", 505, "GET http://{o}/p HTTP/1.2\r\n" + HOST + "\r\n"));
    to.add(new Case("version 2.0", 505, "GET http://{o}/p HTTP/2.0\r\n" + HOST + "\r\n"));
    to.add(new Case("HTTP/0.9", 400, "GET http://{o}/p\r\n"));
    to.add(
        new Case(
            "a method that is no token", 400, "G@T http://{o}/p HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a bare LF after the request line",
            400,
            "GET http://{o}/p HTTP/1.1\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a bare CR in the request line",
            400,
            "GET http://{o}/p\rX HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(
        new Case(
            "a NUL in the request line", 400, "GET http://{o}/p\0 HTTP/1.1\r\n" + HOST + "\r\n"));
  }

  private static void targets(List<Case> to) {
    for (String target :
        List.of(
            "http://user@{o}/p",
            "http://user:pass@{o}/p",
            "http://@{o}/p",
            "http://{o}@evil.example/p",
            "http://{o}/p#fragment",
            "http://{o}#fragment",
            "http:/{o}/p",
            "http:///{o}/p",
            "http://",
            "ftp://{o}/p",
            "file:///etc/passwd",
            "gopher://{o}/",
            "http://{o}0000/p",
            "http://127.0.0.1:+80/p",
            "http://127.0.0.1:/p",
            "http://127.0.0.1:0x50/p",
            "http://[::1/p",
            "http://[127.0.0.1]/p",
            "http://127.0.0.1.1.1/p",
            "http://a..example/p",
            "http://a%2eexample/p",
            "http://{o}\\@evil.example/p",
            "http://{o}/\u00e9",
            "http://\u00e9.example/p",
            "http://{o}/a\u0001b",
            "http://{o}/a\u007fb",
            "{o}/p",
            "*")) {
      to.add(
          new Case("the target " + target, 400, "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n"));
    }
    for (String target :
        List.of(
            "{o}/p",
            "http://{o}/",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "user@{o}",
            ":443",
            "*")) {
      to.add(
          new Case(
              "CONNECT " + target, 400, "CONNECT " + target + " HTTP/1.1\r\n" + HOST + "\r\n"));
    }
  }

  private static void fields(List<Case> to) {
    String get = "GET http://{o}/p HTTP/1.1\r\n";
    to.add(new Case("no Host field", 400, get + "\r\n"));
    to.add(new Case("two equal Host fields", 400, get + HOST + HOST + "\r\n"));
    to.add(new Case("two Host fields", 400, get + HOST + "hOsT: other.example\r\n\r\n"));
    to.add(new Case("two hosts in one field", 400, get + "Host: {o}, other.example\r\n\r\n"));
    to.add(new Case("a Host field with a path", 400, get + "Host: {o}/x\r\n\r\n"));
    to.add(new Case("a Host field with a user", 400, get + "Host: user@{o}\r\n\r\n"));
    for (String field :
        List.of(
            "A: b\r\n folded",
            "A: b\r\n\tfolded",
            " A: b",
            "A : b",
            "A\t: b",
            "A b: c",
            ": b",
            "A",
            "A\0: b",
            "A: b\0c",
            "A: b\rc",
            "A: b\nc: d",
            "A: b\u007f",
            "A: b\u001b[2J",
            "\u00c4: b",
            "A: b\r",
            "\rA: b",
            "Content-Length : 3",
            "Content-Length\u000b: 3",
            "Host : other.example",
            "Connection: Host",
            "Connection: close, Content-Length",
            "Connection: Transfer-Encoding",
            "Connection: Via",
            "Connection: Cookie",
            "Connection: a b",
            "Connection: " + "x,".repeat(70))) {
      to.add(new Case("the field " + shown(field), 400, GET + field + "\r\n\r\n"));
    }
    to.add(new Case("an empty line made of a bare LF", 400, GET + "\n"));
    to.add(
        new Case(
            "an expectation nobody knows",
            417,
            POST + "Expect: a-miracle\r\nContent-Length: 3\r\n\r\n"));
  }

  private static void framing(List<Case> to) {
    for (String fields :
        List.of(
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 3",
            "Content-Length: 0\r\nContent-Length: 3",
            "Content-Length: 3\r\nContent-Length: 3",
            "Content-Length: 3, 3",
            "Content-Length: 0, 3",
            "Content-Length: +3",
            "Content-Length: -3",
            "Content-Length: 0x3",
            "Content-Length: 3.0",
            "Content-Length: 3 0",
            "Content-Length: \"3\"",
            "Content-Length: ",
            "Content-Length: 3;",
            "Content-Length: 99999999999999999999",
            "Content-Length: 18446744073709551619",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: ,chunked",
            "Transfer-Encoding: chunked,",
            "Transfer-Encoding: ",
            "Transfer-Encoding: \u000bchunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: chunk\r\n ed")) {
      to.add(new Case("the framing " + shown(fields), 400, POST + fields + "\r\n\r\nabc"));
    }
    to.add(
        new Case(
            "a coding that is known and not ours to undo",
            501,
            POST + "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
    String chunks = HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    to.add(new Case("chunks in HTTP/1.0", 400, "POST http://{o}/p HTTP/1.0\r\n" + chunks));
    to.add(
        new Case(
            "CONNECT with a length",
            400,
            "CONNECT {o} HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\n\r\nabc"));
    to.add(new Case("CONNECT with chunks", 400, "CONNECT {o} HTTP/1.1\r\n" + chunks));
  }

  private static void otherProtocols(List<Case> to) {
    to.add(new Case("the preface of HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    to.add(
        new Case(
            "a TLS ClientHello",
            400,
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"));
    to.add(new Case("SOCKS5", 400, "\u0005\u0001\u0000"));
    to.add(new Case("SOCKS4", 400, "\u0004\u0001\u0000\u0050\u007f\u0000\u0000\u0001"));
    to.add(new Case("SSH", 400, "SSH-2.0-OpenSSH_9.2\r\n"));
    to.add(
        new Case(
            "a PROXY header from nobody who may",
            400,
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + GET + "\r\n"));
    to.add(new Case("zeros", 400, "\0".repeat(64)));
    to.add(new Case("a response", 400, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  }

  private static void sizes(List<Case> to) {
    to.add(
        new Case(
            "a request line of 16 KiB",
            414,
            "GET http://{o}/" + "a".repeat(16 << 10) + " HTTP/1.1\r\n" + HOST + "\r\n"));
    to.add(new Case("a method without end", 414, "G".repeat(17 << 10)));
    to.add(
        new Case(
            "a header block of 64 KiB",
            431,
            GET + ("A: " + "b".repeat(1000) + "\r\n").repeat(66) + "\r\n"));
    to.add(new Case("one field of 64 KiB", 431, GET + "A: " + "b".repeat(65 << 10) + "\r\n\r\n"));
    to.add(new Case("the field number 501", 431, GET + "A: b\r\n".repeat(500) + "\r\n"));
  }

  /** What comes after a good chunk. */
  static List<Case> chunkFaults() {
    List<Case> cases = new ArrayList<>();
    for (String fault :
        List.of(
            "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
            "8000000000000000\r\nabc\r\n0\r\n\r\n",
            "10000000000000003\r\nabc\r\n0\r\n\r\n",
            "0x3\r\nabc\r\n0\r\n\r\n",
            "+3\r\nabc\r\n0\r\n\r\n",
            "-3\r\nabc\r\n0\r\n\r\n",
            " 3\r\nabc\r\n0\r\n\r\n",
            "3 \r\nabc\r\n0\r\n\r\n",
            "3\t\r\nabc\r\n0\r\n\r\n",
            "\r\nabc\r\n0\r\n\r\n",
            ";x\r\nabc\r\n0\r\n\r\n",
            "g\r\nabc\r\n0\r\n\r\n",
            "3\nabc\r\n0\r\n\r\n",
            "3\rabc\r\n0\r\n\r\n",
            "3;x\nabc\r\n0\r\n\r\n",
            "3;x\n\r\nabc\r\n0\r\n\r\n",
            "3;x=\"a\nb\"\r\nabc\r\n0\r\n\r\n",
            "3;x\0\r\nabc\r\n0\r\n\r\n",
            "3;" + "x".repeat(17 << 10) + "\r\nabc\r\n0\r\n\r\n",
            "0\n\r\n",
            "0;x\n\r\n",
            "0\r\n\n",
            "0\r\nA: b\n\r\n",
            "0\r\n A: b\r\n\r\n",
            "0\r\nA : b\r\n\r\n",
            "0\r\nA\r\n\r\n",
            "0\r\nA: b\0\r\n\r\n",
            "0\r\nA: b\r\n c\r\n\r\n",
            "00000000000000000\r\n\r\n",
            "0x0\r\n\r\n",
            "0 \r\n\r\n",
            "-0\r\n\r\n")) {
      cases.add(new Case("the chunk " + shown(fault), 400, fault));
    }
    cases.add(new Case("a trailer number 101", 431, "0\r\n" + "A: b\r\n".repeat(101) + "\r\n"));
    return cases;
  }

  /** Bytes as a name that can be read. */
  static String shown(String bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes.getBytes(StandardCharsets.ISO_8859_1)) {
      if (text.length() > 60) {
        return text + "...";
      }
      text.append(
          switch (b) {
            case '\r' -> "\\r";
            case '\n' -> "\\n";
            default ->
                b < 0x20 || b > 0x7e ? String.format("\\x%02x", b) : String.valueOf((char) b);
          });
    }
    return text.toString();
  }
}
