package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.EngineStatus.Blind;
import dev.sekisho.testing.ScriptedClamd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a clamd is known not to tell, and which of several gets a body. */
class ClamdPoolTest {
  private static final byte[] BODY = Scans.bytes("a body");
  private static final Verdict CLEAN = new Verdict.Clean("clamd");

  @TempDir Path folder;

  private static BodyScanner scanner(String more, String... engines) {
    return Scans.scanner("engines: [" + String.join(", ", engines) + "]" + more);
  }

  private static String engine(ScriptedClamd clamd) {
    return "{ clamd: '" + clamd.address() + "' }";
  }

  private static String engine(ScriptedClamd clamd, int sessions) {
    return "{ clamd: { at: '" + clamd.address() + "', sessions: " + sessions + " } }";
  }

  private ScriptedClamd clean(String name) throws IOException {
    return ScriptedClamd.answering(folder.resolve(name), _ -> "stream: OK");
  }

  private static ClamdNode node(ScriptedClamd clamd) {
    return new ClamdNode(ClamdAddress.parse(clamd.address()).orElseThrow(), 8);
  }

  private static CompletableFuture<Verdict> begin(BodyScanner scanner, byte[] body) {
    return Scans.begin(scanner, List.of(ByteBuffer.wrap(body)), null);
  }

  @Test
  void aClamdThatTellsIsTriedOutAndCleanMeansClean() throws IOException {
    try (ScriptedClamd clamd = clean("clamd");
        BodyScanner scanner = scanner("", engine(clamd))) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(CLEAN);
      assertThat(clamd.trials()).isEqualTo(Blind.values().length);
      assertThat(scanner.engines().getFirst().blind()).isEmpty();
      assertThat(clamd.bodies()).hasSize(1);
    }
  }

  @Test
  void whatASilentClamdCallsCleanIsSaidToBeSo() throws IOException {
    try (ScriptedClamd clamd = clean("clamd").withAlerts(_ -> "stream: OK");
        BodyScanner scanner = scanner("", engine(clamd))) {
      assertThat(caveat(Scans.scan(scanner, BODY)))
          .isEqualTo("clamd does not tell of encrypted archives and what exceeds its limits");
      assertThat(scanner.engines().getFirst().blind()).containsOnly(Blind.ENCRYPTED, Blind.LIMITS);
    }
  }

  @Test
  void aClamdMaySeeTheOneAndNotTheOther() throws IOException {
    try (ScriptedClamd clamd =
            clean("clamd")
                .withAlerts(
                    name -> name.contains("Encr") ? "stream: OK" : "stream: " + name + " FOUND");
        BodyScanner scanner = scanner("", engine(clamd))) {
      assertThat(caveat(Scans.scan(scanner, BODY)))
          .isEqualTo("clamd does not tell of encrypted archives");
    }
  }

  @Test
  void aTrialWithoutAnAnswerIsNotTakenForSight() throws IOException {
    try (ScriptedClamd clamd = clean("clamd").withAlerts(_ -> "Too busy. ERROR");
        BodyScanner scanner = scanner("", engine(clamd))) {
      assertThat(caveat(Scans.scan(scanner, BODY))).contains("not known yet");
      assertThat(scanner.version(Scanner.Direction.DOWN)).isEmpty();
    }
  }

  private static String caveat(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Clean.class);
    return ((Verdict.Clean) verdict).caveat().orElse("");
  }

  @Test
  void newSignaturesAreAReasonToTryItAgain() throws Exception {
    Duration patience = Duration.ofSeconds(10);
    try (ScriptedClamd clamd = clean("clamd")) {
      ClamdNode node = node(clamd);
      assertThat(node.version()).isEmpty();
      node.probe(patience);
      String before = node.version().orElseThrow();
      node.probe(patience);
      assertThat(node.version()).contains(before);
      assertThat(clamd.trials()).isEqualTo(2);
      clamd.withVersion("ClamAV 1.4.3/27501/Tue Jan  7 09:36:15 2025");
      clamd.withAlerts(_ -> "stream: OK");
      node.probe(patience);
      assertThat(clamd.trials()).isEqualTo(4);
      assertThat(node.version().orElseThrow()).contains("27501").contains("[encrypted,limits]");
      assertThat(node.status().blind()).hasSize(2);
      assertThat(node.status().signatures()).isNotNull();
    }
  }

  @Test
  void aClamdThatCameBackIsTriedAgain() throws Exception {
    ClamdNode node;
    try (ScriptedClamd clamd = clean("clamd")) {
      node = node(clamd);
      node.probe(Duration.ofSeconds(10));
      assertThat(node.caveat()).isEmpty();
    }
    node.probe(Duration.ofSeconds(10));
    assertThat(node.version()).isEmpty();
    assertThat(node.caveat()).isPresent();
    try (ScriptedClamd back = clean("clamd").withAlerts(_ -> "stream: OK")) {
      node.probe(Duration.ofSeconds(10));
      assertThat(back.trials()).isEqualTo(2);
      assertThat(node.caveat().orElseThrow()).contains("does not tell");
    }
  }

  @Test
  void aBodyKnownToBeTooLongIsNotSentAgain() throws IOException {
    AtomicInteger refused = new AtomicInteger();
    try (ScriptedClamd clamd =
            ScriptedClamd.at(
                folder.resolve("clamd"),
                connection -> {
                  refused.incrementAndGet();
                  connection.read(50);
                  connection.say("INSTREAM size limit exceeded. ERROR\0");
                });
        BodyScanner scanner = scanner("", engine(clamd))) {
      Scans.await(() -> !scanner.version(Scanner.Direction.DOWN).isEmpty());
      byte[] body = new byte[4 << 20];
      assertLimit(Scans.scan(scanner, body));
      assertLimit(Scans.scan(scanner, body));
      assertThat(refused).hasValue(1);
      assertLimit(Scans.scan(scanner, new byte[100]));
      assertThat(refused).hasValue(2);
    }
  }

  private static void assertLimit(Verdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class,
            unscanned -> {
              assertThat(unscanned.reason()).isEqualTo(Verdict.Reason.ENGINE_LIMIT);
              assertThat(unscanned.detail()).contains("StreamMaxLength").contains("bytes");
            });
  }

  @Test
  void anotherClamdMayTakeALongerBody() throws IOException {
    try (ScriptedClamd small =
            ScriptedClamd.answering(
                folder.resolve("a"), _ -> "INSTREAM size limit exceeded. ERROR");
        ScriptedClamd large = clean("b");
        BodyScanner scanner = scanner("", engine(small), engine(large))) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(CLEAN);
      assertThat(large.bodies()).hasSize(1);
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(CLEAN);
      assertThat(small.bodies()).hasSize(1);
    }
  }

  @Test
  void theOneWithTheFewestSessionsGetsTheNextBody() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(6);
    ScriptedClamd.Script waits =
        connection -> {
          connection.readBody();
          begun.countDown();
          go.await();
          connection.say("stream: OK\0");
        };
    try (ScriptedClamd first = ScriptedClamd.at(folder.resolve("a"), waits);
        ScriptedClamd second = ScriptedClamd.at(folder.resolve("b"), waits);
        BodyScanner scanner = scanner("", engine(first, 2), engine(second, 4))) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        verdicts.add(begin(scanner, BODY));
      }
      begun.await();
      assertThat(first.mostOpen()).isEqualTo(2);
      assertThat(second.mostOpen()).isEqualTo(4);
      go.countDown();
      for (CompletableFuture<Verdict> verdict : verdicts) {
        assertThat(verdict.join()).isInstanceOf(Verdict.Clean.class);
      }
      assertThat(first.mostOpen()).isEqualTo(2);
      assertThat(second.mostOpen()).isEqualTo(4);
      assertThat(first.bodies().size() + second.bodies().size()).isEqualTo(20);
    }
  }

  @Test
  void oneThatIsDownIsPassedOverWhileAnotherIsUp() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedClamd broken =
            ScriptedClamd.at(
                folder.resolve("a"),
                connection -> {
                  asked.incrementAndGet();
                  connection.readBody();
                  connection.say("nonsense\0");
                });
        ScriptedClamd good = clean("b");
        BodyScanner scanner = scanner("", engine(broken.withVersion("nonsense")), engine(good))) {
      Scans.await(() -> scanner.engines().getFirst().state() == EngineStatus.State.DOWN);
      for (int i = 0; i < 20; i++) {
        assertThat(Scans.scan(scanner, BODY)).isEqualTo(CLEAN);
      }
      assertThat(asked).hasValue(0);
    }
  }

  @Test
  void theVersionIsThatOfAllThatAreUp() throws IOException {
    try (ScriptedClamd a = clean("a").withVersion("ClamAV 1.4.3/2/Mon Jan  6 09:36:15 2025");
        ScriptedClamd b = clean("b").withVersion("ClamAV 1.4.3/1/Sun Jan  5 09:36:15 2025");
        ScriptedClamd gone = clean("c");
        BodyScanner scanner = scanner("", engine(a), engine(b), engine(gone))) {
      gone.close();
      Scans.await(() ->
          scanner.version(Scanner.Direction.DOWN).contains("/1/")
              && scanner.version(Scanner.Direction.DOWN).contains("/2/")
              && !scanner.version(Scanner.Direction.DOWN).contains("/27500/"));
    }
  }

  @Test
  void aSectionMustSayWhereItIs() {
    try (BodyScanner scanner =
        Scans.scanner("engines: { clamd: { at: 'tcp:127.0.0.1:1', sessions: 3 } }")) {
      assertThat(scanner.engines().getFirst().engine()).isEqualTo("clamd at tcp:127.0.0.1:1");
    }
    for (String wrong :
        Arrays.asList("{ sessions: 3 }", "{ at: 'tcp:127.0.0.1:1', sessions: 0 }", "{ at: x }")) {
      var problems = new dev.sekisho.config.Problems();
      Scans.config("engines: { clamd: " + wrong + " }", folder, problems);
      assertThat(problems.hasErrors()).as(wrong).isTrue();
    }
  }
}
