package dev.sekisho.scan;

import static dev.sekisho.scan.IcapTest.UNMODIFIED;
import static dev.sekisho.scan.IcapTest.assertUnscanned;
import static dev.sekisho.scan.IcapTest.oneConnection;
import static dev.sekisho.testing.ScriptedIcap.answer;
import static dev.sekisho.testing.ScriptedIcap.chunked;
import static dev.sekisho.testing.ScriptedIcap.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedIcap;
import dev.sekisho.testing.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICAP server that says what it may not: nothing that it says is believed. */
class IcapFaultsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";
  @TempDir static Path folder;

  private static final byte[] BODY = Scans.bytes("checkpoint");
  private static final String FOUND = "ICAP/1.0 204 No\r\nX-Virus-ID: bad\r\n\r\n";
  private static final String ANSWER = "ICAP/1.0 200 OK\r\n";

  /** What is said once the whole body was read, and what the record says of it. */
  record Fault(String said, String detail) {
    static Fault of(String said, String detail) {
      return new Fault(said, detail);
    }

    @Override
    public String toString() {
      return detail + ": " + said.replace("\r\n", "|");
    }
  }

  static Stream<Fault> heads() {
    return Stream.of(
        Fault.of("", "closed the connection without an answer"),
        Fault.of("ICAP/1.0 204 No", "in the middle of its answer"),
        Fault.of("ICAP/1.0 204 No\r\nISTag: x\r\n", "in the middle of its answer"),
        Fault.of("SSH-2.0-OpenSSH\r\n\r\n", "does not answer in ICAP/1.0"),
        Fault.of("HTTP/1.1 204 No\r\n\r\n", "does not answer in ICAP/1.0"),
        Fault.of("ICAP/2.0 204 No\r\n\r\n", "does not answer in ICAP/1.0"),
        Fault.of("ICAP/1.0 2040 No\r\n\r\n", "does not answer in ICAP/1.0"),
        Fault.of("ICAP/1.0 204No\r\n\r\n", "does not answer in ICAP/1.0"),
        Fault.of("\r\n" + UNMODIFIED, "a line that is no field"),
        Fault.of("ICAP/1.0 204 No\n\n", "something else than CRLF"),
        Fault.of("ICAP/1.0 204 No\r\nA: b\rc\r\n\r\n", "something else than CRLF"),
        Fault.of("ICAP/1.0 204 \u001b[31m\r\n\r\n", "a control character"),
        Fault.of("ICAP/1.0 500 \u009b31m\r\n\r\n", "answered 'ICAP/1.0 500 ?31m'"),
        Fault.of("ICAP/1.0 204 No\r\nnot a field\r\n\r\n", "a line that is no field"),
        Fault.of("ICAP/1.0 204 No\r\nA : b\r\n\r\n", "a line that is no field"),
        Fault.of("ICAP/1.0 204 No\r\n folded: x\r\n\r\n", "begins with a folded line"),
        Fault.of("x".repeat(200_000), "a head that is too long"),
        Fault.of("ICAP/1.0 204 No\r\n" + "A: b\r\n".repeat(60_000), "a head that is too long"),
        Fault.of("ICAP/1.0 404 Service not found\r\n\r\n", "answered 'ICAP/1.0 404 Service not"),
        Fault.of("ICAP/1.0 500 Oops\r\n\r\n", "answered 'ICAP/1.0 500 Oops'"),
        Fault.of("ICAP/1.0 503 Overloaded\r\n\r\n", "answered 'ICAP/1.0 503"),
        Fault.of("ICAP/1.0 201 Created\r\n\r\n", "answered 'ICAP/1.0 201"),
        Fault.of("ICAP/1.0 100 Continue\r\n\r\n" + UNMODIFIED, "nothing to continue"),
        Fault.of(UNMODIFIED + UNMODIFIED, "more than one answer"),
        Fault.of(UNMODIFIED + "x", "more than one answer"),
        Fault.of("ICAP/1.0 204 No\r\nConnection: close\r\n\r\n" + FOUND, "more than one answer"),
        Fault.of(answer(200, "", OK, "checkpoint") + "\r\n", "more than one answer"));
  }

  static Stream<Fault> messages() {
    String body = chunked("checkpoint", "");
    return Stream.of(
        Fault.of(ANSWER + "\r\n", "does not say what it holds"),
        encapsulated("res-hdr=0, res-body=18", "the message in its answer is none"),
        encapsulated("res-hdr=0, res-body=20", "the head in its answer is not as long"),
        encapsulated("res-hdr=0, res-body=200", "in the middle of its answer"),
        encapsulated("res-hdr=1, res-body=19", "cannot hold what it says"),
        encapsulated("res-hdr=0, res-body=0", "cannot hold what it says"),
        encapsulated("res-hdr=0, res-body=-1", "cannot hold what it says"),
        encapsulated("res-hdr=0, res-body=99999999999", "cannot hold what it says"),
        encapsulated("res-hdr=0, res-body=9999999", "cannot hold what it says"),
        encapsulated("res-hdr=0, req-body=19", "cannot hold what it says"),
        encapsulated("res-hdr=0, opt-body=19", "cannot hold what it says"),
        encapsulated("req-hdr=0, res-hdr=19, res-body=19", "cannot hold what it says"),
        encapsulated("res-body=19", "cannot hold what it says"),
        encapsulated("res-hdr=0", "cannot hold what it says"),
        encapsulated("", "cannot hold what it says"),
        encapsulated("res-body=0", "a body that has no head"),
        encapsulated("null-body=0", "a body that has no head"),
        encapsulated("req-hdr=0, req-body=19", "answers to a response with a request"),
        encapsulated(
            "res-hdr=0, res-body=19\r\nEncapsulated: res-hdr=0, res-body=19", "not say what"),
        Fault.of(
            "ICAP/1.0 204 No\r\nEncapsulated: res-hdr=0, res-body=19\r\n\r\n" + OK + body,
            "its 204 has a message in it"),
        Fault.of(answer(200, "", "HTTP/2 200 OK\r\n\r\n", "x"), "is not HTTP/1"),
        Fault.of(answer(200, "", "POST /x HTTP/1.1\r\n\r\n", "x"), "is not HTTP/1"));
  }

  private static Fault encapsulated(String value, String detail) {
    String said = ANSWER + "Encapsulated: " + value + "\r\n\r\n" + OK + chunked("checkpoint", "");
    return Fault.of(said, detail);
  }

  static Stream<Fault> bodies() {
    return Stream.of(
        body("a\r\ncheckpoint", "in the middle of"),
        body("a\r\ncheckpoint\r\n", "in the middle of"),
        body("a\r\ncheckpoint\r\n0\r\n", "in the middle of"),
        body("a\r\ncheckpoint\r\n0\r\nno field\r\n\r\n", "no field"),
        body("ffffff\r\ncheckpoint", "in the middle of a body"),
        body("9\r\ncheckpoint\r\n0\r\n\r\n", "longer than it says"),
        body("b\r\ncheckpoint\r\n0\r\n\r\n", "longer than it says"),
        body("-a\r\ncheckpoint\r\n0\r\n\r\n", "the length of a chunk"),
        body("0xa\r\ncheckpoint\r\n0\r\n\r\n", "the length of a chunk"),
        body("\r\n0\r\n\r\n", "the length of a chunk"),
        body("fffffffff\r\ncheckpoint\r\n0\r\n\r\n", "the length of a chunk"),
        body("a\ncheckpoint\n0\n\n", "something else than CRLF"),
        body("checkpoint", "in the middle of"),
        body("0; use-original-body=0\r\n\r\n", "in an answer that is not 206"),
        partial("a\r\ncheckpoint\r\n0; use-original-body=11\r\n\r\n", "which is shorter"),
        partial("0; use-original-body=-1\r\n\r\n", "wants the original body from"),
        partial("0; use-original-body\r\n\r\n", "wants the original body from"));
  }

  private static Fault body(String text, String detail) {
    return Fault.of(head(200, "", OK, "res-hdr", "res-body") + text, detail);
  }

  private static Fault partial(String text, String detail) {
    return Fault.of(head(206, "", OK, "res-hdr", "res-body") + text, detail);
  }

  @ParameterizedTest
  @MethodSource({"heads", "messages", "bodies"})
  void isDownAndItsConnectionIsNotUsedAgain(Fault fault) throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              boolean bad = exchange.encapsulated().contains("/bad");
              exchange.say(bad ? fault.said : UNMODIFIED);
              if (bad && (fault.detail.contains("closed") || fault.detail.contains("middle"))) {
                exchange.close();
              }
            });
        BodyScanner scanner = oneConnection(server, "")) {
      Verdict.Clean clean = new Verdict.Clean(server.url());
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(clean);
      assertUnscanned(
          Scans.scan(scanner, Scans.download("http://a.example/bad", null), BODY),
          Verdict.Reason.ENGINE_DOWN,
          fault.detail);
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.DOWN);
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(clean);
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
      assertThat(server.exchanges().size()).isEqualTo(fault.said.isEmpty() ? 4 : 3);
      assertThat(server.accepted()).isEqualTo(fault.said.isEmpty() ? 3 : 2);
    }
  }

  private static Verdict verdict(String offered, ScriptedIcap.Script script, byte[] body)
      throws IOException {
    try (ScriptedIcap server = ScriptedIcap.with(script).offering(offered);
        BodyScanner scanner = oneConnection(server, ", engine-timeout: 3s")) {
      return Scans.scan(scanner, body);
    }
  }

  private static void assertDown(Verdict verdict, String detail) {
    assertUnscanned(verdict, Verdict.Reason.ENGINE_DOWN, detail);
  }

  @Test
  void unmodifiedOutsideAPreviewIsNotBelievedUnlessItWasAllowed() throws IOException {
    ScriptedIcap.Script all =
        exchange -> {
          exchange.body();
          exchange.say(UNMODIFIED);
        };
    String detail = "answered 204, which was not allowed here";
    assertDown(verdict("Methods: RESPMOD", all, BODY), detail);
    assertDown(verdict("Preview: 4", all, BODY), detail);
    assertDown(verdict("Preview: 4\r\nAllow: 206", all, BODY), detail);
    assertThat(verdict("Preview: 10", all, BODY)).isInstanceOf(Verdict.Clean.class);
    assertThat(verdict("Preview: 4\r\nAllow: 204", all, BODY)).isInstanceOf(Verdict.Clean.class);
  }

  @Test
  void partialContentIsNotBelievedUnlessItWasAllowed() throws IOException {
    ScriptedIcap.Script partial =
        exchange -> {
          exchange.body();
          exchange.say(
              head(206, "", OK, "res-hdr", "res-body") + chunked("", "; use-original-body=0"));
        };
    assertDown(verdict("Allow: 204", partial, BODY), "answered 206, which was not allowed");
    assertThat(verdict("Allow: 206", partial, BODY)).isInstanceOf(Verdict.Clean.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Allow: 204, 206", "Allow: 204, 206\r\nPreview: 4"})
  void nothingIsCleanBeforeTheServerHasAllOfIt(String offered) throws IOException {
    byte[] large = new byte[8 << 20];
    for (String said :
        new String[] {
          UNMODIFIED,
          answer(200, "", OK, "another"),
          answer(200, "", "HTTP/1.1 200 OK\r\nX-Other: head\r\n\r\n", ""),
          head(206, "", OK, "res-hdr", "res-body") + chunked("", "; use-original-body=0")
        }) {
      ScriptedIcap.Script early =
          exchange -> {
            if (offered.contains("Preview")) {
              exchange.chunks();
              exchange.say("ICAP/1.0 100 Continue\r\n\r\n");
            }
            exchange.some(70_000);
            exchange.say(said);
            exchange.hang();
          };
      assertDown(verdict(offered, early, large), "before it had");
    }
  }

  @Test
  void aSecondContinueIsNotOne() throws IOException {
    ScriptedIcap.Script twice =
        exchange -> {
          exchange.body();
          exchange.say("ICAP/1.0 100 Continue\r\n\r\n" + UNMODIFIED);
        };
    assertDown(verdict("Preview: 4\r\nAllow: 204", twice, BODY), "answered 'ICAP/1.0 100");
  }

  @Test
  void aServerThatDiesInTheMiddleOfABodyIsDown() throws IOException {
    ScriptedIcap.Script dies =
        exchange -> {
          exchange.some(70_000);
          exchange.close();
        };
    assertDown(verdict("Allow: 204", dies, new byte[8 << 20]), "gave no verdict");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAnswerThatWasThereBeforeItsQuestionIsNotOne(boolean tls) throws Exception {
    CountDownLatch again = new CountDownLatch(1);
    CountDownLatch said = new CountDownLatch(1);
    ScriptedIcap.Script twice =
        exchange -> {
          exchange.body();
          exchange.say(UNMODIFIED);
          if (exchange.encapsulated().contains("/first")) {
            again.await();
            exchange.say(UNMODIFIED);
            said.countDown();
            exchange.hang();
          }
        };
    TestCertificate known = TestCertificate.make(folder, "localhost");
    String url = tls ? "icaps://localhost:%d/avscan" : "icap://localhost:%d/avscan";
    String more = tls ? ", trust: '" + known.certificate() + "'" : "";
    try (ScriptedIcap server =
            tls ? ScriptedIcap.secured(known.showing(), twice) : ScriptedIcap.with(twice);
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '%s', connections: 1, reuse: fenced %s } }"
                    .formatted(url.formatted(server.port()), more))) {
      Verdict.Clean clean = new Verdict.Clean(url.formatted(server.port()));
      Scanner.Subject first = Scans.download("http://a.example/first", null);
      assertThat(Scans.scan(scanner, first, BODY)).isEqualTo(clean);
      again.countDown();
      said.await();
      Scanner.Subject second = Scans.download("http://a.example/second", null);
      assertThat(Scans.scan(scanner, second, BODY)).isEqualTo(clean);
      assertThat(server.exchanges()).hasSize(2);
      assertThat(server.exchanges().getLast().encapsulated()).contains("/second");
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatNeverAnswersTakesTheTimeThereIs() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    for (ScriptedIcap.Script script :
        new ScriptedIcap.Script[] {
          ScriptedIcap.Exchange::hang,
          _ -> over.await(),
          exchange -> {
            exchange.body();
            exchange.say("ICAP/1.0 20");
            exchange.hang();
          },
          exchange -> {
            exchange.body();
            exchange.say(head(200, "", OK, "res-hdr", "res-body") + "5\r\nche");
            exchange.hang();
          }
        }) {
      try (ScriptedIcap server = ScriptedIcap.with(script);
          BodyScanner scanner = oneConnection(server, ", engine-timeout: 300ms")) {
        assertUnscanned(
            Scans.scan(scanner, new byte[8 << 20]),
            Verdict.Reason.TIMEOUT,
            "did not answer in time");
        assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
      }
    }
    over.countDown();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ICAP/1.0 404 Service not found\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "ICAP/1.0 200 OK\r\nPreview: many\r\n\r\n",
        "ICAP/1.0 200 OK\r\nMax-Connections: -1\r\n\r\n",
        "ICAP/1.0 200 OK\r\nMethods: REQMOD\r\n\r\n",
        "ICAP/1.0 200 OK\r\nEncapsulated: nothing\r\n\r\n",
        "ICAP/1.0 200 OK\r\n\r\nmore"
      })
  void aServiceThatDoesNotSayWhatItDoesScansNothing(String options) throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED).answeringOptions(options);
        BodyScanner scanner = oneConnection(server, "")) {
      assertDown(Scans.scan(scanner, BODY), server.url() + " gave no verdict: it");
      assertThat(server.exchanges()).isEmpty();
    }
  }

  @Test
  void nobodyThereIsDown() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (BodyScanner scanner =
        Scans.scanner("engines: { icap: 'icap://127.0.0.1:" + port + "/avscan' }")) {
      assertDown(Scans.scan(scanner, BODY), "cannot connect");
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.DOWN);
    }
    try (BodyScanner scanner =
        Scans.scanner("engines: { icap: 'icap://no-such-host.invalid/avscan' }")) {
      assertDown(Scans.scan(scanner, BODY), "no-such-host.invalid has no address");
    }
  }
}
