package dev.sekisho.scan;

import static dev.sekisho.scan.IcapTest.UNMODIFIED;
import static dev.sekisho.scan.IcapTest.assertUnscanned;
import static dev.sekisho.scan.IcapTest.oneConnection;
import static dev.sekisho.scan.IcapTest.scanner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedIcap;
import dev.sekisho.testing.TestCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connections to an ICAP server, and what is known of it over time. */
class IcapConnectionsTest {
  private static final byte[] BODY = Scans.bytes("checkpoint");

  @TempDir static Path folder;

  private static void assertClean(ScriptedIcap server, Verdict verdict) {
    assertThat(verdict).isEqualTo(new Verdict.Clean(server.url()));
  }

  /** Waits for what another thread will have done. */
  private static void eventually(java.util.function.BooleanSupplier holds)
      throws InterruptedException {
    for (int i = 0; !holds.getAsBoolean(); i++) {
      assertThat(i).as("it never came").isLessThan(3000);
      Thread.sleep(10);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, '', 3", "8, 2, 2", "2, 50, 2", "2, 0, 1"})
  void takesNoMoreConnectionsThanBothSidesAllow(int configured, String offered, int most)
      throws IOException {
    CountDownLatch begun = new CountDownLatch(most);
    try (ScriptedIcap server =
            ScriptedIcap.with(
                    exchange -> {
                      exchange.body();
                      begun.countDown();
                      begun.await();
                      exchange.say(UNMODIFIED);
                    })
                .offering(
                    "Allow: 204" + (offered.isEmpty() ? "" : "\r\nMax-Connections: " + offered));
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '%s', connections: %d, reuse: fenced } }"
                    .formatted(server.url(), configured))) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null));
      }
      for (CompletableFuture<Verdict> verdict : verdicts) {
        assertClean(server, verdict.join());
      }
      assertThat(server.mostAtOnce()).isEqualTo(most);
      assertThat(server.accepted()).isLessThanOrEqualTo(most + 1);
      assertThat(scanner.spool().inMemory()).isZero();
    }
  }

  @Test
  void whoWaitsForAConnectionWaitsNoLongerThanTheTimeout() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.with(ScriptedIcap.Exchange::hang);
        BodyScanner scanner = oneConnection(server, ", engine-timeout: 300ms")) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null));
      }
      for (CompletableFuture<Verdict> verdict : verdicts) {
        assertUnscanned(verdict.join(), Verdict.Reason.TIMEOUT, "");
      }
    }
  }

  @Test
  void aConnectionThatWasClosedInTheMeantimeIsReplacedOnce() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner = oneConnection(server, "")) {
      for (int i = 1; i <= 5; i++) {
        assertClean(server, Scans.scan(scanner, BODY));
        server.dropConnections();
      }
      assertThat(server.accepted()).isEqualTo(5);
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
    }
  }

  @Test
  void aConnectionThatTheServerWantsClosedIsNotUsedAgain() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying("ICAP/1.0 204 No\r\nConnection: Close\r\n\r\n");
        BodyScanner scanner = oneConnection(server, "")) {
      for (int i = 0; i < 3; i++) {
        assertClean(server, Scans.scan(scanner, BODY));
      }
      assertThat(server.accepted()).isEqualTo(3);
    }
  }

  @Test
  void aNewConnectionThatIsClosedWithoutAnAnswerIsNotTriedAgain() throws IOException {
    AtomicInteger tries = new AtomicInteger();
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              tries.incrementAndGet();
              exchange.close();
            });
        BodyScanner scanner = oneConnection(server, "")) {
      assertUnscanned(Scans.scan(scanner, BODY), Verdict.Reason.ENGINE_DOWN, "without an answer");
      // One on the connection that OPTIONS had opened, one on its own.
      assertThat(tries.get()).isEqualTo(2);
    }
  }

  @Test
  void anotherTagIsANewVersionAndMakesItAskAgain() throws Exception {
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              exchange.say(
                  exchange.encapsulated().contains("/new")
                      ? UNMODIFIED.replace("one", "two")
                      : UNMODIFIED);
            });
        BodyScanner scanner = oneConnection(server, "")) {
      assertClean(server, Scans.scan(scanner, BODY));
      assertThat(tag(scanner)).isEqualTo("one");
      server.offering("ISTag: \"two\"\r\nAllow: 204\r\nMethods: REQMOD");
      assertClean(server, Scans.scan(scanner, Scans.download("http://a.example/new", null), BODY));
      assertThat(tag(scanner)).isEqualTo("two");
      eventually(() -> Scans.scan(scanner, BODY) instanceof Verdict.Unscanned);
      assertUnscanned(
          Scans.scan(scanner, BODY), Verdict.Reason.ENGINE_DOWN, "does not offer RESPMOD");
    }
  }

  private static String tag(BodyScanner scanner) {
    EngineStatus.Signed signed = scanner.engines().getFirst().signatures();
    return signed == null ? "" : signed.version();
  }

  @Test
  void whatItSaidOfItselfIsAskedAgainWhenItsTimeIsUp() throws Exception {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED).offering("Allow: 204\r\nOptions-TTL: 1\r\nISTag: one");
        BodyScanner scanner = oneConnection(server, "")) {
      assertClean(server, Scans.scan(scanner, BODY));
      eventually(() -> {
        assertClean(server, Scans.scan(scanner, BODY));
        return server.asked() >= 2;
      });
    }
  }

  @ParameterizedTest
  @CsvSource({"never", "fenced"})
  void howManyConnectionsItTakesMayChange(String reuse) throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ScriptedIcap server =
            ScriptedIcap.with(
                    exchange -> {
                      exchange.body();
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      Thread.sleep(2);
                      now.decrementAndGet();
                      exchange.say(UNMODIFIED);
                    })
                .offering("Allow: 204\r\nOptions-TTL: 1\r\nMax-Connections: 6");
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '%s', connections: 8, reuse: %s } }"
                    .formatted(server.url(), reuse))) {
      manyAtOnce(scanner, server);
      assertThat(most).hasValueBetween(2, 6);
      for (int allowed : new int[] {1, 4}) {
        server.offering("Allow: 204\r\nOptions-TTL: 1\r\nMax-Connections: " + allowed);
        int asked = server.asked();
        eventually(() -> {
          Scans.scan(scanner, BODY);
          return server.asked() >= asked + 2 && server.connected() <= allowed;
        });
        // The answer to OPTIONS that says so may have been under way while a fence was passed.
        Thread.sleep(1100);
        Scans.scan(scanner, BODY);
        most.set(0);
        manyAtOnce(scanner, server);
        assertThat(most.get()).isBetween(1, allowed);
        assertThat(server.connected()).isLessThanOrEqualTo(allowed);
      }
    }
  }

  private static void manyAtOnce(BodyScanner scanner, ScriptedIcap server) {
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null));
    }
    verdicts.forEach(verdict -> assertClean(server, verdict.join()));
  }

  @Test
  void whatItWantsToSeeFirstAndNotAtAllMayChange() throws Exception {
    Scanner.Subject text = Scans.download("http://a.example/a.txt", null);
    String all = "Allow: 204\r\nOptions-TTL: 1\r\n";
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED).offering(all + "Preview: 4\r\nTransfer-Preview: *");
        BodyScanner scanner = scanner(server, "")) {
      assertClean(server, Scans.scan(scanner, text, BODY));
      assertThat(server.exchanges().getLast().head()).contains("\r\nPreview: 4\r\n");
      server.offering(all + "Preview: 4\r\nTransfer-Preview: *\r\nTransfer-Ignore: TXT");
      eventually(() -> Scans.scan(scanner, text, BODY) instanceof Verdict.Unscanned);
      assertUnscanned(
          Scans.scan(scanner, text, BODY), Verdict.Reason.ENGINE_LIMIT, "Transfer-Ignore");
      server.offering(all + "Preview: 4\r\nTransfer-Preview: *\r\nTransfer-Complete: txt");
      eventually(() -> Scans.scan(scanner, text, BODY) instanceof Verdict.Clean);
      assertThat(server.exchanges().getLast().head()).doesNotContain("Preview: ");
      server.offering(all + "Preview: 6\r\nTransfer-Complete: exe");
      eventually(() -> {
        Scans.scan(scanner, text, BODY);
        return server.exchanges().getLast().head().contains("\r\nPreview: 6\r\n");
      });
    }
  }

  @Test
  void saysHowItIs() throws Exception {
    ScriptedIcap server =
        ScriptedIcap.saying(UNMODIFIED).offering("Service: a scanner\r\nISTag: \"x y\"");
    String url = server.url();
    Instant before = Instant.now();
    try (BodyScanner scanner = oneConnection(server, "")) {
      eventually(() -> scanner.engines().getFirst().state() == EngineStatus.State.UP);
      EngineStatus up = scanner.engines().getFirst();
      assertThat(up.engine()).isEqualTo("ICAP service " + url);
      assertThat(up.since()).isAfterOrEqualTo(before);
      assertThat(up.detail()).isEqualTo("a scanner");
      assertThat(up.signatures()).isEqualTo(new EngineStatus.Signed("x y", null));
      server.close();
      assertUnscanned(Scans.scan(scanner, BODY), Verdict.Reason.ENGINE_DOWN, "gave no verdict");
      EngineStatus down = scanner.engines().getFirst();
      assertThat(down.state()).isEqualTo(EngineStatus.State.DOWN);
      assertThat(down.since()).isAfterOrEqualTo(up.since());
      assertThat(down.detail()).isNotBlank().isNotEqualTo(up.detail());
    }
  }

  @Test
  void oneBodyThatTakesTooLongDoesNotMakeItDownButThreeInARowDo() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              if (exchange.encapsulated().contains("/slow")) {
                exchange.hang();
              }
              exchange.say(UNMODIFIED);
            });
        BodyScanner scanner = oneConnection(server, ", engine-timeout: 300ms")) {
      Scanner.Subject slow = Scans.download("http://a.example/slow", null);
      for (int i = 0; i < 2; i++) {
        assertUnscanned(Scans.scan(scanner, slow, BODY), Verdict.Reason.TIMEOUT, "in time");
        assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
      }
      assertUnscanned(Scans.scan(scanner, slow, BODY), Verdict.Reason.TIMEOUT, "in time");
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.DOWN);
      assertClean(server, Scans.scan(scanner, BODY));
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
    }
  }

  @Test
  void aScanThatIsGivenUpLeavesItsConnection() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              reached.countDown();
              exchange.hang();
              left.countDown();
            });
        BodyScanner scanner = scanner(server, "")) {
      var verdict = new CompletableFuture<Verdict>();
      HeldBody body = Scans.held(scanner, List.of(ByteBuffer.wrap(BODY)));
      Scanner.Job job = scanner.scan(Scans.subject(null), body, Runnable::run, verdict::complete);
      reached.await();
      job.cancel();
      assertUnscanned(verdict.join(), Verdict.Reason.ENGINE_DOWN, "given up");
      left.await();
      assertThat(scanner.engines().getFirst().state()).isNotEqualTo(EngineStatus.State.DOWN);
      body.release();
      assertThat(scanner.spool().inMemory()).isZero();
    }
  }

  @Test
  void aServerBehindTlsIsBelievedOnlyWithItsCertificate() throws Exception {
    TestCertificate known = TestCertificate.make(folder, "localhost");
    TestCertificate other = TestCertificate.make(folder, "other", "localhost");
    TestCertificate named = TestCertificate.make(folder, "elsewhere.example");
    try (ScriptedIcap server =
            ScriptedIcap.secured(
                known.showing(),
                exchange -> {
                  exchange.body();
                  exchange.say(UNMODIFIED);
                });
        ScriptedIcap stranger = ScriptedIcap.secured(other.showing(), exchange -> {});
        ScriptedIcap wrong = ScriptedIcap.secured(named.showing(), exchange -> {})) {
      try (BodyScanner scanner = trusting(server, "trust: '" + known.certificate() + "'")) {
        byte[] large = new byte[3 << 20];
        for (int i = 0; i < 3; i++) {
          assertThat(Scans.scan(scanner, large)).isInstanceOf(Verdict.Clean.class);
        }
        assertThat(server.exchanges().getLast().read()).isEqualTo(large);
        assertThat(server.accepted()).isEqualTo(1);
      }
      assertRefused(stranger, "trust: '" + known.certificate() + "'");
      assertRefused(wrong, "trust: '" + named.certificate() + "'");
      assertRefused(server, "");
    }
  }

  private static BodyScanner trusting(ScriptedIcap server, String trust) {
    return Scans.scanner(
        "engines: { icap: { url: 'icaps://localhost:%d/avscan', connections: 1, reuse: fenced, %s } }"
            .formatted(server.port(), trust));
  }

  private static void assertRefused(ScriptedIcap server, String trust) {
    try (BodyScanner scanner = trusting(server, trust)) {
      assertUnscanned(
          Scans.scan(scanner, BODY), Verdict.Reason.ENGINE_DOWN, "gave no verdict: cannot connect");
      assertThat(server.exchanges()).allMatch(exchange -> exchange.read().length > 1000);
    }
  }
}
