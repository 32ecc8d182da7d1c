package dev.sekisho.scan;

import static dev.sekisho.testing.ScriptedIcap.answer;
import static dev.sekisho.testing.ScriptedIcap.chunked;
import static dev.sekisho.testing.ScriptedIcap.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedIcap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is given to an ICAP server, and what its answers mean. */
class IcapTest {
  static final String UNMODIFIED = "ICAP/1.0 204 Unmodified\r\nISTag: \"one\"\r\n\r\n";
  private static final String PAGE_HEAD =
      "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 7\r\n\r\n";
  private static final String OK_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
  private static final HeadField TEXT = new HeadField("Content-Type", "text/plain");
  private static final Scanner.Subject FILE =
      Scans.download("http://files.example/a.txt?x=b.jpg", null, TEXT);
  private static final byte[] BODY = Scans.bytes("checkpoint");

  static BodyScanner scanner(ScriptedIcap server, String more) {
    return Scans.scanner("engines: { icap: '" + server.url() + "' }" + more);
  }

  /** So that it is the same one for all that is asked. */
  static BodyScanner oneConnection(ScriptedIcap server, String more) {
    return Scans.scanner(
        "engines: { icap: { url: '" + server.url() + "', connections: 1, reuse: fenced } }" + more);
  }

  private static Verdict verdict(ScriptedIcap server, Scanner.Subject subject, byte[] body) {
    try (server;
        BodyScanner scanner = scanner(server, "")) {
      return Scans.scan(scanner, subject, body);
    }
  }

  private static Verdict verdict(String answer) throws IOException {
    return verdict(ScriptedIcap.saying(answer), FILE, BODY);
  }

  private static Verdict.Clean clean(ScriptedIcap server) {
    return new Verdict.Clean(server.url());
  }

  static void assertUnscanned(Verdict verdict, Verdict.Reason reason, String detail) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class,
            unscanned -> {
              assertThat(unscanned.reason()).isEqualTo(reason);
              assertThat(unscanned.detail()).contains(detail);
            });
  }

  @Test
  void aDownloadIsGivenWithBothHeadsAndItsWholeBody() throws IOException {
    ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
    byte[] body = new byte[300_000];
    new Random(3).nextBytes(body);
    assertThat(verdict(server, FILE, body)).isEqualTo(clean(server));
    ScriptedIcap.Exchange got = server.exchanges().getFirst();
    assertThat(got.head())
        .startsWith(
            "RESPMOD icap://127.0.0.1:%1$d/avscan ICAP/1.0\r\nHost: 127.0.0.1:%1$d\r\n"
                .formatted(server.port()))
        .contains(
            "\r\nAllow: 204, 206\r\n", "\r\nEncapsulated: req-hdr=0, res-hdr=64, res-body=109\r\n")
        .doesNotContain("Preview", "X-Client-IP", "X-Authenticated-User");
    assertThat(got.encapsulated())
        .isEqualTo(
            "GET http://files.example/a.txt?x=b.jpg HTTP/1.1\r\nAccept: */*\r\n\r\n" + OK_HEAD);
    assertThat(got.read()).isEqualTo(body);
  }

  @Test
  void anUploadIsGivenAsARequest() throws IOException {
    ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
    assertThat(verdict(server, Scans.uploadTo("http://files.example/up", null, TEXT), BODY))
        .isEqualTo(clean(server));
    ScriptedIcap.Exchange got = server.exchanges().getFirst();
    assertThat(got.head()).startsWith("REQMOD ").contains("\r\nEncapsulated: req-hdr=0, req-body=");
    assertThat(got.encapsulated())
        .isEqualTo("POST http://files.example/up HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n");
    assertThat(got.read()).isEqualTo(BODY);
  }

  @Test
  void anUploadGoesToItsOwnServiceWhereThereIsOne() throws IOException {
    try (ScriptedIcap down = ScriptedIcap.saying(UNMODIFIED);
        ScriptedIcap up =
            ScriptedIcap.saying("ICAP/1.0 204 No\r\nISTag: \"two\"\r\n\r\n")
                .offering("Methods: REQMOD\r\nAllow: 204\r\nISTag: \"two\"");
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '" + down.url() + "', upload: '" + up.url() + "' } }")) {
      Scanner.Subject subject = Scans.uploadTo("http://files.example/up", null);
      assertThat(Scans.scan(scanner, subject, BODY)).isEqualTo(clean(down));
      assertThat(Scans.scan(scanner, FILE, BODY)).isEqualTo(clean(down));
      assertThat(up.exchanges()).hasSize(1);
      assertThat(down.exchanges()).hasSize(1);
      assertThat(scanner.engines()).hasSize(2);
    }
  }

  @Test
  void headAndBodyAgreeWhenACodingIsUndone() throws IOException {
    ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
    Scanner.Subject subject =
        Scans.download(
            "http://files.example/a",
            "gzip",
            new HeadField("Content-Encoding", "gzip"),
            new HeadField("Content-Length", "30"),
            new HeadField("ETag", "\"x\""));
    assertThat(verdict(server, subject, Scans.gzip(BODY))).isEqualTo(clean(server));
    ScriptedIcap.Exchange got = server.exchanges().getFirst();
    assertThat(got.read()).isEqualTo(BODY);
    assertThat(got.encapsulated()).endsWith("HTTP/1.1 200 OK\r\nETag: \"x\"\r\n\r\n");
  }

  @Test
  void whatCannotBeUndoneIsGivenAsItWasSentAndIsNeverClean() throws IOException {
    ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
    Scanner.Subject subject =
        Scans.download("http://files.example/a", "zz", new HeadField("Content-Encoding", "zz"));
    assertUnscanned(verdict(server, subject, BODY), Verdict.Reason.UNDECODABLE, "");
    assertThat(server.exchanges().getLast().read()).isEqualTo(BODY);
    assertThat(server.exchanges().getLast().encapsulated()).contains("Content-Encoding: zz");
  }

  /** Of what is long when it is undone nobody should decode the rest once nobody needs it. */
  @Test
  void aBodyThatNobodyNeedsAnyMoreIsNotReadToItsEnd() {
    byte[] gzip = Scans.gzip(new byte[4 << 20]);
    Scanner.Subject subject = Scans.subject("gzip");
    var body =
        new Body(
            subject,
            new Pieces(List.of(ByteBuffer.wrap(gzip))),
            ContentCodings.of(subject),
            DecodedLimits.of(1 << 30));
    assertThat(new ViewedContent(body, Body.View.DECODED).fault()).isEmpty();
    Thread.currentThread().interrupt();
    try {
      assertThat(new ViewedContent(body, Body.View.DECODED).fault().orElseThrow().detail())
          .contains("given up");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aCodingThatIsDamagedBehindThePreviewIsNotClean() throws IOException {
    ScriptedIcap server =
        ScriptedIcap.with(
                exchange -> {
                  exchange.chunks();
                  exchange.say(UNMODIFIED);
                })
            .offering("Preview: 4\r\nAllow: 204");
    byte[] body = Scans.gzip(Scans.page(100_000, new Random(4)));
    Scanner.Subject subject = Scans.download("http://files.example/a", "gzip");
    assertUnscanned(
        verdict(server, subject, Arrays.copyOf(body, body.length - 9)),
        Verdict.Reason.UNDECODABLE,
        "");
  }

  @Test
  void whoAsksIsSentOnlyWhenConfigured() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '"
                    + server.url()
                    + "', send: { client: true, user: true } } }")) {
      Scans.scan(scanner, FILE, BODY);
      String user =
          Base64.getEncoder().encodeToString("Local://joe".getBytes(StandardCharsets.US_ASCII));
      assertThat(server.exchanges().getFirst().head())
          .contains("\r\nX-Client-IP: 192.0.2.7\r\n", "\r\nX-Authenticated-User: " + user + "\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "4, 10", "9, 10", "10, 10", "11, 10", "1024, 10", "0, 0", "4, 0"})
  void sendsThePreviewThatItWantsAndTheRestWhenItAsks(int preview, int length) throws IOException {
    ScriptedIcap server =
        ScriptedIcap.saying(UNMODIFIED).offering("Preview: " + preview + "\r\nAllow: 204");
    byte[] body = Arrays.copyOf(BODY, length);
    assertThat(verdict(server, FILE, body)).isEqualTo(clean(server));
    ScriptedIcap.Exchange got = server.exchanges().getFirst();
    assertThat(got.head()).contains("\r\nPreview: " + preview + "\r\n");
    assertThat(got.read()).isEqualTo(body);
    assertThat(got.ends()).isEqualTo(length <= preview ? List.of("0; ieof") : List.of("0", "0"));
  }

  @Test
  void aServerThatHasSeenEnoughGetsNoMore() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.with(
                    exchange -> {
                      exchange.chunks();
                      exchange.say(UNMODIFIED);
                    })
                .offering("Preview: 4");
        BodyScanner scanner = oneConnection(server, "")) {
      for (int i = 0; i < 3; i++) {
        assertThat(Scans.scan(scanner, FILE, BODY)).isEqualTo(clean(server));
      }
      assertThat(server.exchanges())
          .hasSize(3)
          .allSatisfy(got -> assertThat(got.read()).isEqualTo(Scans.bytes("chec")));
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void filesAreGivenAsItsListsSay() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED)
                .offering(
                    "Preview: 4\r\nAllow: 204\r\nTransfer-Preview: *\r\nTransfer-Complete: exe, ZIP\r\n"
                        + "Transfer-Ignore: jpg, gif");
        BodyScanner scanner = scanner(server, "")) {
      Scans.scan(scanner, Scans.download("http://a.example/b.c/x.zip?y=z.jpg", null), BODY);
      Scans.scan(scanner, Scans.download("http://a.example/x", null), BODY);
      Scans.scan(scanner, Scans.download("http://a.jpg/", null), BODY);
      Scans.scan(scanner, Scans.download("http://a.jpg", null), BODY);
      assertThat(server.exchanges())
          .extracting(got -> got.head().contains("Preview: 4"))
          .containsExactly(false, true, true, true);
      assertUnscanned(
          Scans.scan(scanner, Scans.download("http://a.example/x.JPG", null), BODY),
          Verdict.Reason.ENGINE_LIMIT,
          "does not look at files that end in .jpg (Transfer-Ignore)");
      assertUnscanned(
          Scans.scan(scanner, Scans.download("http://a.example/x.jpg", "unheard-of"), BODY),
          Verdict.Reason.UNDECODABLE,
          "");
      assertThat(server.exchanges()).hasSize(4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Infection-Found: Type=0; Resolution=2; Threat=Bad One;\r\n",
        "X-Virus-ID: Bad One\r\n",
        "x-violations-found: 1\r\n\tfile.txt\r\n\tBad One\r\n\t0\r\n\t0\r\n",
        "X-Violations-Found: 0\r\nX-Virus-ID: Bad One\r\n"
      })
  void whatItSaysThatItFoundIsFoundWhateverElseItAnswers(String field) throws IOException {
    Replacement page =
        new Replacement(
            403, List.of(new HeadField("Content-Type", "text/html")), Scans.bytes("blocked"));
    assertThat(verdict(answer(200, field, PAGE_HEAD, "blocked")))
        .usingRecursiveComparison()
        .ignoringFields("engine")
        .isEqualTo(new Verdict.Infected("", "Bad One", Optional.of(page)));
    assertInfected(verdict("ICAP/1.0 204 Unmodified\r\n" + field + "\r\n"), "Bad One", false);
    assertInfected(verdict(answer(200, field, OK_HEAD, "checkpoint")), "Bad One", false);
    assertInfected(verdict(answer(200, field, OK_HEAD, "repaired")), "Bad One", true);
  }

  private static void assertInfected(Verdict verdict, String name, boolean hasPage) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Infected.class,
            infected -> {
              assertThat(infected.name()).isEqualTo(name);
              assertThat(infected.page().isPresent()).isEqualTo(hasPage);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "Heuristics.Encrypted.Zip, ENCRYPTED",
    "Heuristics.Limits.Exceeded.MaxFileSize, ENGINE_LIMIT",
    "Heuristics.Limits.Exceeded, ENGINE_LIMIT"
  })
  void whatAClamdBehindItDidNotLookAtIsNotScanned(String name, Verdict.Reason reason)
      throws IOException {
    String field = "X-Infection-Found: Type=0; Resolution=2; Threat=" + name + ";\r\n";
    assertUnscanned(verdict(answer(200, field, PAGE_HEAD, "no")), reason, name);
    assertUnscanned(verdict("ICAP/1.0 204 No\r\n" + field + "\r\n"), reason, name);
    String own = field.replace(name, name + ".UNOFFICIAL");
    assertInfected(verdict(answer(200, own, PAGE_HEAD, "no")), name + ".UNOFFICIAL", true);
  }

  @Test
  void anAnswerWithAnotherStatusIsARefusalAlsoWithoutAName() throws IOException {
    assertInfected(verdict(answer(200, "", PAGE_HEAD, "blocked")), "refused (403)", true);
    assertInfected(
        verdict(answer(200, "", "HTTP/1.1 302 Found\r\nLocation: /no\r\n\r\n", "")),
        "refused (302)",
        true);
  }

  @Test
  void aPageThatIsLongerThanABodyMayBeIsNotPassedOn() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying(answer(200, "X-Virus-ID: X\r\n", PAGE_HEAD, "b".repeat(5000)));
        BodyScanner scanner = scanner(server, ", limit: 1KiB")) {
      assertInfected(Scans.scan(scanner, FILE, BODY), "X", false);
    }
  }

  @Test
  void anUploadThatIsAnsweredInTheOriginsPlaceIsRefused() throws IOException {
    Scanner.Subject upload = Scans.uploadTo("http://files.example/up", null, TEXT);
    assertInfected(
        verdict(
            ScriptedIcap.saying(answer(200, "", "HTTP/1.1 200 OK\r\n\r\n", "no")), upload, BODY),
        "refused (200)",
        true);
  }

  @Test
  void anUploadGoesOnOnlyAsItCame() throws IOException {
    Scanner.Subject upload = Scans.uploadTo("http://files.example/up", null, TEXT);
    String line = "POST http://files.example/up HTTP/1.1\r\nVia: ICAP/1.0 it\r\n";
    String same = line + "content-type: text/plain\r\n\r\n";
    ScriptedIcap server =
        ScriptedIcap.saying(head(200, "", same, "req-hdr", "req-body") + chunked("checkpoint", ""));
    assertThat(verdict(server, upload, BODY)).isEqualTo(clean(server));
    for (String[] other :
        new String[][] {
          {same, "checkpoinT"},
          {same, "checkpoint!"},
          {same, "checkpoin"},
          {line + "\r\n", "checkpoint"}
        }) {
      assertUnscanned(
          verdict(
              ScriptedIcap.saying(
                  head(200, "", other[0], "req-hdr", "req-body") + chunked(other[1], "")),
              upload,
              BODY),
          Verdict.Reason.ENGINE_DOWN,
          "wants another request to be sent");
    }
  }

  @Test
  void aBodyThatComesBackUnchangedIsClean() throws IOException {
    byte[] body = Scans.page(200_000, new Random(6));
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String via = "HTTP/1.1 200 OK\r\nVia: ICAP/1.0 it\r\nContent-Type: text/plain\r\n\r\n";
    ScriptedIcap server =
        ScriptedIcap.saying(answer(200, "", via, text)).offering("Methods: RESPMOD");
    assertThat(verdict(server, FILE, body)).isEqualTo(clean(server));
    assertThat(server.exchanges().getFirst().head()).doesNotContain("Allow:");
  }

  @ParameterizedTest
  @CsvSource({"checkpoinT", "checkpoint!", "checkpoin", "''", "another"})
  void aBodyThatItChangedIsDeliveredInItsPlace(String other) throws IOException {
    assertThat(verdict(answer(200, "", OK_HEAD, other)))
        .isInstanceOfSatisfying(
            Verdict.Clean.class,
            clean ->
                assertThat(clean.instead().orElseThrow())
                    .usingRecursiveComparison()
                    .isEqualTo(new Replacement(200, List.of(TEXT), Scans.bytes(other))));
  }

  @Test
  void aHeadThatItChangedIsDeliveredWithTheBody() throws IOException {
    assertThat(verdict(answer(200, "", "HTTP/1.1 200 OK\r\nX-Seen: yes\r\n\r\n", "checkpoint")))
        .isInstanceOfSatisfying(
            Verdict.Clean.class,
            clean -> {
              Replacement instead = clean.instead().orElseThrow();
              assertThat(instead.fields()).containsExactly(new HeadField("X-Seen", "yes"));
              assertThat(instead.body()).isEqualTo(BODY);
            });
  }

  @Test
  void noBodyIsABodyToo() throws IOException {
    String none = head(200, "", OK_HEAD, "res-hdr", "null-body");
    ScriptedIcap server = ScriptedIcap.saying(none);
    assertThat(verdict(server, FILE, new byte[0])).isEqualTo(clean(server));
    assertThat(verdict(none))
        .isInstanceOfSatisfying(
            Verdict.Clean.class,
            clean -> assertThat(clean.instead().orElseThrow().body()).isEmpty());
  }

  @Test
  void whatItWantsDeliveredIsNoLongerThanABodyMayBe() throws IOException {
    for (String[] answer :
        new String[][] {{"b".repeat(5000), ""}, {"b".repeat(1020), "; use-original-body=0"}}) {
      try (ScriptedIcap server =
              ScriptedIcap.saying(
                  head(206, "", OK_HEAD, "res-hdr", "res-body") + chunked(answer[0], answer[1]));
          BodyScanner scanner = scanner(server, ", limit: 1KiB")) {
        assertUnscanned(
            Scans.scan(scanner, FILE, BODY), Verdict.Reason.ENGINE_DOWN, "longer than 1KiB");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "chEck, 5, chEckpoint",
    "new, 0, newcheckpoint",
    "'', 5, point",
    "check, 9, checkt",
    "all new, 10, all new"
  })
  void aPartOfTheOriginalFollowsWhatItChanged(String start, int from, String whole)
      throws IOException {
    assertThat(
            verdict(
                head(206, "", OK_HEAD, "res-hdr", "res-body")
                    + chunked(start, "; use-original-body=" + from)))
        .isInstanceOfSatisfying(
            Verdict.Clean.class,
            clean ->
                assertThat(clean.instead().orElseThrow().body()).isEqualTo(Scans.bytes(whole)));
  }

  @Test
  void aPartialAnswerThatChangesNothingIsClean() throws IOException {
    for (String start : List.of("", "check", "checkpoint")) {
      ScriptedIcap server =
          ScriptedIcap.with(
                  exchange -> {
                    exchange.chunks();
                    exchange.say(
                        head(206, "", OK_HEAD, "res-hdr", "res-body")
                            + chunked(start, "; use-original-body=" + start.length()));
                  })
              .offering("Preview: 6\r\nAllow: 206");
      assertThat(verdict(server, FILE, BODY)).isEqualTo(clean(server));
    }
  }

  @Test
  void readsAnswersThatComeByteByByte() throws IOException {
    for (int size = 1; size < 4; size++) {
      String page = answer(200, "X-Virus-ID: X\r\n", PAGE_HEAD, "").replace("0\r\n\r\n", "");
      String pieces = inChunks("blocked!", size);
      ScriptedIcap server =
          ScriptedIcap.with(
                  exchange -> {
                    exchange.chunks();
                    exchange.drip("ICAP/1.0 100 Continue\r\n\r\n");
                    exchange.chunks();
                    exchange.drip(page + pieces);
                  })
              .offering("Preview: 1\r\nAllow: 204");
      assertThat(verdict(server, FILE, BODY))
          .isInstanceOfSatisfying(
              Verdict.Infected.class,
              found ->
                  assertThat(found.page().orElseThrow().body()).isEqualTo(Scans.bytes("blocked!")));
    }
  }

  private static String inChunks(String body, int size) {
    StringBuilder chunks = new StringBuilder();
    for (int at = 0; at < body.length(); at += size) {
      String piece = body.substring(at, Math.min(body.length(), at + size));
      chunks.append("000").append(piece.length()).append(" ;a=b\r\n").append(piece).append("\r\n");
    }
    return chunks + "0\r\nTrailer: x\r\n\r\n";
  }

  @Test
  void whatItFindsBeforeItHasTheBodyIsFound() throws IOException {
    ScriptedIcap server =
        ScriptedIcap.with(exchange -> {
          exchange.some(70_000);
          exchange.say(answer(200, "X-Virus-ID: X\r\n", PAGE_HEAD, "blocked"));
          exchange.hang();
        });
    assertInfected(verdict(server, FILE, new byte[4 << 20]), "X", true);
  }

  @Test
  void severalServicesAreAskedInTheirOrderAndAllMustFindNothing() throws IOException {
    try (ScriptedIcap first = ScriptedIcap.saying(UNMODIFIED);
        ScriptedIcap second = ScriptedIcap.saying(answer(200, "X-Virus-ID: X\r\n", PAGE_HEAD, ""));
        ScriptedIcap third = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner =
            Scans.scanner(
                "engines: [ { icap: '%s' }, { icap: '%s' }, { icap: '%s' } ]"
                    .formatted(first.url(), second.url(), third.url()))) {
      assertThat(Scans.scan(scanner, FILE, BODY))
          .isInstanceOfSatisfying(
              Verdict.Infected.class, found -> assertThat(found.engine()).isEqualTo(second.url()));
      assertThat(first.exchanges()).hasSize(1);
      assertThat(third.exchanges()).isEmpty();
    }
  }
}
