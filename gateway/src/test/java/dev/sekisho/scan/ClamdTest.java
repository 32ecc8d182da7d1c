package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.EngineConfig.ClamdEngine;
import dev.sekisho.testing.ScriptedClamd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClamdTest {
  private static final byte[] BODY = Scans.bytes("a body");

  @TempDir Path folder;

  private Path socket(String name) {
    return folder.resolve(name);
  }

  private static BodyScanner scanner(String more, ScriptedClamd... clamds) {
    List<String> engines =
        Arrays.stream(clamds).map(c -> "{ clamd: '" + c.address() + "' }").toList();
    return Scans.scanner("engines: [" + String.join(", ", engines) + "]" + more);
  }

  private Verdict verdictOf(ScriptedClamd.Script script, byte[] body) throws IOException {
    try (ScriptedClamd clamd = ScriptedClamd.at(socket("clamd"), script);
        BodyScanner scanner = scanner(", engine-timeout: 500ms", clamd)) {
      Verdict verdict = Scans.scan(scanner, body);
      assertThat(scanner.spool().inMemory()).isZero();
      return verdict;
    }
  }

  private static void assertDown(Verdict verdict, String detail) {
    assertUnscanned(verdict, Verdict.Reason.ENGINE_DOWN, detail);
  }

  private static void assertLate(Verdict verdict, String detail) {
    assertUnscanned(verdict, Verdict.Reason.TIMEOUT, detail);
  }

  private static void assertUnscanned(Verdict verdict, Verdict.Reason reason, String detail) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class,
            unscanned -> {
              assertThat(unscanned.reason()).isEqualTo(reason);
              assertThat(unscanned.fate()).isEqualTo(Fates.DEFAULT.of(reason));
              assertThat(unscanned.detail()).contains(detail);
            });
  }

  private static ClamdNode node(ScriptedClamd clamd) {
    return new ClamdNode(ClamdAddress.parse(clamd.address()).orElseThrow(), ClamdEngine.SESSIONS);
  }

  @Test
  void givesTheBodyByteForByteHoweverItWasCut() throws IOException {
    long seed = 3;
    Random random = new Random(seed);
    try (ScriptedClamd clamd = ScriptedClamd.answering(socket("clamd"), _ -> "stream: OK");
        BodyScanner scanner = scanner("", clamd)) {
      for (int length : new int[] {0, 1, 65535, 65536, 65537, 131072, 1_000_003}) {
        byte[] body = new byte[length];
        random.nextBytes(body);
        assertThat(Scans.scan(scanner, Scans.cut(body, random), null))
            .as("seed " + seed)
            .isEqualTo(new Verdict.Clean("clamd"));
        assertThat(clamd.bodies().getLast()).as("seed " + seed).isEqualTo(body);
      }
    }
  }

  @Test
  void tellsWhatWasFound() throws IOException {
    assertThat(
            verdictOf(
                connection -> {
                  connection.readBody();
                  connection.say("stream: Win.Test.EICAR_HDB-1 FOUND\0");
                },
                BODY))
        .isEqualTo(new Verdict.Infected("clamd", "Win.Test.EICAR_HDB-1"));
  }

  @Test
  void takesAFindingThatComesBeforeTheBodyHasEnded() throws IOException {
    assertThat(
            verdictOf(
                connection -> {
                  connection.read(1000);
                  connection.say("stream: Early FOUND\0");
                },
                new byte[4 << 20]))
        .isEqualTo(new Verdict.Infected("clamd", "Early"));
  }

  @Test
  void takesAFindingThoughTheRestOfTheBodyIsNeverRead() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                socket("clamd"),
                connection -> {
                  connection.say("stream: Early FOUND\0");
                  over.await();
                });
        BodyScanner scanner = scanner("", clamd)) {
      assertThat(Scans.scan(scanner, new byte[4 << 20]))
          .isEqualTo(new Verdict.Infected("clamd", "Early"));
      over.countDown();
    }
  }

  @Test
  void doesNotBelieveACleanThatComesBeforeTheBodyHasEnded() throws IOException {
    Verdict verdict =
        verdictOf(
            connection -> {
              connection.read(1000);
              connection.say("stream: OK\0");
              connection.hang();
            },
            new byte[8 << 20]);
    assertDown(verdict, "before it had all of it");
  }

  @Test
  void itsOwnSizeLimitIsALimitAndNotDown() throws IOException {
    Verdict verdict =
        verdictOf(
            connection -> {
              connection.read(100_000);
              connection.say("INSTREAM size limit exceeded. ERROR\0");
            },
            new byte[4 << 20]);
    assertUnscanned(verdict, Verdict.Reason.ENGINE_LIMIT, "StreamMaxLength");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0",
        "OK\0",
        "stream: OK",
        "stream: OK\n",
        "stream: OK \0",
        "stream: ok\0",
        " stream: OK\0",
        "stream: FOUND\0",
        "stream:  FOUND\0",
        "stream: Foo FOUN",
        "stream: OK FOUND? no\0",
        "/tmp/x: OK\0",
        "1: stream: OK\0",
        "UNKNOWN COMMAND\0",
        "INSTREAM: Can't create temporary file. ERROR\0",
        "COMMAND READ TIMED OUT ERROR\0",
        "HTTP/1.1 200 OK\r\n\r\n\0",
        "\u0000stream: OK\0"
      })
  void anythingElseIsAFailureAndNeverClean(String said) throws IOException {
    assertDown(
        verdictOf(
            connection -> {
              connection.readBody();
              connection.say(said);
            },
            BODY),
        "clamd at unix:");
  }

  @Test
  void anAnswerWithoutEndIsCutOff() throws IOException {
    assertDown(
        verdictOf(
            connection -> {
              connection.readBody();
              while (true) {
                connection.say("stream: ".repeat(1000));
              }
            },
            BODY),
        "more than 4096 bytes");
  }

  @Test
  void aClamdThatDiesInTheMiddleIsDown() throws IOException {
    assertDown(verdictOf(connection -> connection.read(70_000), new byte[4 << 20]), "clamd at");
  }

  @Test
  void aClamdThatNeverAnswersIsLateWhenTheTimeIsUp() throws IOException {
    assertLate(verdictOf(ScriptedClamd.Connection::hang, BODY), "did not answer in time");
  }

  @Test
  void aClamdThatNeverReadsIsLateWhenTheTimeIsUp() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    assertLate(verdictOf(_ -> over.await(), new byte[8 << 20]), "did not answer in time");
    over.countDown();
  }

  @Test
  void oneBodyThatTakesTooLongDoesNotMakeItDownButThreeInARowDo() throws IOException {
    byte[] slow = Scans.bytes("slow");
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                socket("clamd"),
                connection -> {
                  if (Arrays.equals(connection.readBody(), slow)) {
                    connection.hang();
                  }
                  connection.say("stream: OK\0");
                });
        BodyScanner scanner = scanner(", engine-timeout: 100ms", clamd)) {
      ClamdNode node = node(clamd);
      assertLate(Scans.scan(scanner, slow), "did not answer in time");
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean("clamd"));
      for (int i = 0; i < 3; i++) {
        assertThat(node.status().state()).isNotEqualTo(EngineStatus.State.DOWN);
        askInVain(node, slow);
      }
      assertThat(node.status().state()).isEqualTo(EngineStatus.State.DOWN);
    }
  }

  private static void askInVain(ClamdNode node, byte[] slow) {
    Body body =
        new Body(
            Scans.subject(null),
            new Pieces(List.of(ByteBuffer.wrap(slow))),
            Optional.of(ContentCodings.NONE),
            DecodedLimits.of(1000));
    try (Reading reading = body.read(Body.View.RAW)) {
      assertThat(node.ask(reading, 1000, System.nanoTime() + 50_000_000))
          .isInstanceOf(ClamdReply.Failed.class);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyAtTheSocketIsDown() {
    try (BodyScanner scanner =
        Scans.scanner("engines: [ { clamd: 'unix:" + socket("nobody") + "' } ]")) {
      assertDown(Scans.scan(scanner, BODY), "cannot connect");
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.DOWN);
    }
  }

  @Test
  void theNextOneIsAskedForTheWholeBodyWhenTheFirstFails() throws IOException {
    byte[] body = new byte[3 << 20];
    new Random(5).nextBytes(body);
    try (ScriptedClamd first =
            ScriptedClamd.at(socket("a"), connection -> connection.read(70_000));
        ScriptedClamd second = ScriptedClamd.answering(socket("b"), _ -> "stream: OK");
        BodyScanner scanner = scanner("", first, second)) {
      assertThat(Scans.scan(scanner, body)).isEqualTo(new Verdict.Clean("clamd"));
      assertThat(second.bodies()).hasSize(1);
      assertThat(second.bodies().getFirst()).isEqualTo(body);
    }
  }

  @Test
  void aFirstThatHangsLeavesTimeForTheSecond() throws IOException {
    try (ScriptedClamd first = ScriptedClamd.at(socket("a"), ScriptedClamd.Connection::hang);
        ScriptedClamd second = ScriptedClamd.answering(socket("b"), _ -> "stream: X FOUND");
        BodyScanner scanner = scanner(", engine-timeout: 2s", first, second)) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Infected("clamd", "X"));
    }
  }

  @Test
  void aFindingOfTheFirstIsNotAskedAgain() throws IOException {
    try (ScriptedClamd first = ScriptedClamd.answering(socket("a"), _ -> "stream: X FOUND");
        ScriptedClamd second = ScriptedClamd.answering(socket("b"), _ -> "stream: OK");
        BodyScanner scanner = scanner("", first, second)) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Infected("clamd", "X"));
      assertThat(second.bodies()).isEmpty();
    }
  }

  @Test
  void aBurstTakesNoMoreSessionsThanItMay() throws IOException {
    CountDownLatch begun = new CountDownLatch(ClamdEngine.SESSIONS);
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                socket("clamd"),
                connection -> {
                  connection.readBody();
                  begun.countDown();
                  begun.await();
                  connection.say("stream: OK\0");
                });
        BodyScanner scanner = scanner("", clamd)) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null));
      }
      for (CompletableFuture<Verdict> verdict : verdicts) {
        assertThat(verdict.join()).isEqualTo(new Verdict.Clean("clamd"));
      }
      assertThat(clamd.mostOpen()).isEqualTo(ClamdEngine.SESSIONS);
      assertThat(scanner.spool().inMemory()).isZero();
    }
  }

  @Test
  void waitingForASessionCountsIntoTheTimeout() throws IOException {
    try (ScriptedClamd clamd = ScriptedClamd.at(socket("clamd"), ScriptedClamd.Connection::hang);
        BodyScanner scanner = scanner(", engine-timeout: 300ms", clamd)) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 3 * ClamdEngine.SESSIONS; i++) {
        verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null));
      }
      for (CompletableFuture<Verdict> verdict : verdicts) {
        assertLate(verdict.join(), "");
      }
    }
  }

  @Test
  void aScanThatIsGivenUpEndsItsSession() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                socket("clamd"),
                connection -> {
                  connection.readBody();
                  reached.countDown();
                  connection.hang();
                  left.countDown();
                });
        BodyScanner scanner = scanner("", clamd)) {
      var verdict = new CompletableFuture<Verdict>();
      HeldBody body = Scans.held(scanner, List.of(ByteBuffer.wrap(BODY)));
      Scanner.Job job = scanner.scan(Scans.subject(null), body, Runnable::run, verdict::complete);
      reached.await();
      job.cancel();
      assertDown(verdict.join(), "given up");
      left.await();
      assertThat(scanner.engines().getFirst().state()).isNotEqualTo(EngineStatus.State.DOWN);
      body.release();
      assertThat(scanner.spool().inMemory()).isZero();
    }
  }

  @Test
  void closingTheScannerEndsWhatIsUnderScan() throws Exception {
    try (ScriptedClamd clamd = ScriptedClamd.at(socket("clamd"), ScriptedClamd.Connection::hang)) {
      BodyScanner scanner = scanner("", clamd);
      CompletableFuture<Verdict> verdict =
          Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null);
      scanner.close();
      assertDown(verdict.join(), "given up");
      assertDown(Scans.scan(scanner, BODY), "given up");
    }
  }

  @Test
  void readsTheVersionOfTheSignatures() {
    assertThat(ClamdNode.signed("ClamAV 1.4.3/27500/Mon Jan  6 09:36:15 2025"))
        .isNotNull()
        .satisfies(signed -> {
          assertThat(signed.version()).isEqualTo("27500");
          assertThat(signed.date())
              .isBetween(
                  Instant.parse("2025-01-05T00:00:00Z"), Instant.parse("2025-01-08T00:00:00Z"));
        });
    assertThat(ClamdNode.signed("ClamAV 1.4.3")).isNull();
    assertThat(ClamdNode.signed("ClamAV 1.4.3/1/yesterday")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "Heuristics.Encrypted.Zip, ENCRYPTED",
    "Heuristics.Encrypted.7Zip, ENCRYPTED",
    "Heuristics.Encrypted.PDF, ENCRYPTED",
    "Heuristics.Limits.Exceeded, ENGINE_LIMIT",
    "Heuristics.Limits.Exceeded.MaxRecursion, ENGINE_LIMIT",
    "Heuristics.Limits.Exceeded.MaxScanTime, ENGINE_LIMIT",
    "Heuristics.Limits.Exceeded.EmailHeaderBytes, ENGINE_LIMIT"
  })
  void whatClamdDidNotLookAtIsUnscanned(String name, Verdict.Reason reason) throws IOException {
    try (ScriptedClamd clamd =
            ScriptedClamd.answering(socket("clamd"), _ -> "stream: " + name + " FOUND");
        BodyScanner scanner = scanner("", clamd)) {
      assertUnscanned(Scans.scan(scanner, BODY), reason, name);
      assertThat(scanner.engines().getFirst().state()).isNotEqualTo(EngineStatus.State.DOWN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Heuristics.Encrypted.Zip.UNOFFICIAL",
        "Heuristics.Limits.Exceeded.MaxFiles.UNOFFICIAL",
        "Heuristics.Encrypted",
        "Heuristics.Encrypted.",
        "Heuristics.EncryptedZip",
        "Heuristics.Limits.ExceededMaxFiles",
        "Heuristics.Limits.Exceeded.",
        "Heuristics.Limits",
        "Heuristics.Phishing.Email.SpoofedDomain",
        "heuristics.encrypted.zip",
        "Win.Trojan.Heuristics.Encrypted.Zip",
        "Heuristics.Encrypted.Zip FOUND stream: X"
      })
  void otherNamesAreFound(String name) {
    assertThat(ClamdReply.parse("stream: " + name + " FOUND", 0))
        .isEqualTo(new ClamdReply.Found(name));
  }

  @Test
  void namesOfFindingsAreMadePrintable() {
    assertThat(ClamdReply.parse("stream: a\u001b[31m FOUND", 0))
        .isEqualTo(new ClamdReply.Found("a?[31m"));
    assertThat(ClamdReply.parse("stream: (null) FOUND", 0))
        .isEqualTo(new ClamdReply.Found("(null)"));
    assertThat(ClamdReply.parse("stream: " + "n".repeat(5000) + " FOUND", 0))
        .isInstanceOfSatisfying(
            ClamdReply.Found.class, found -> assertThat(found.name()).hasSize(200));
  }
}
