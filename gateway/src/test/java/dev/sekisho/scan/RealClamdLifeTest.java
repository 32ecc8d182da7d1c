package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.EngineStatus.Blind;
import dev.sekisho.testing.ClamavDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real clamd: what it does not tell, and its signatures and its life changing under load. */
class RealClamdLifeTest {
  private static final Verdict EICAR = new Verdict.Infected("clamd", "Eicar-Test.UNOFFICIAL");
  private static final boolean SOAK = Boolean.getBoolean("sekisho.soak");

  @TempDir Path folder;

  private final Random random = new Random(31);

  private ClamavDaemon clamd(String more) throws IOException, InterruptedException {
    return ClamavDaemon.start(folder, "Eicar-Test", Scans.eicar(), more);
  }

  private static BodyScanner scanner(ClamavDaemon clamd) {
    return Scans.scanner("engines: { clamd: '" + clamd.address() + "' }");
  }

  @Test
  void oneThatIsNotToldToAlertIsKnownForIt() throws Exception {
    try (ClamavDaemon clamd = clamd("");
        BodyScanner scanner = scanner(clamd)) {
      assertThat(Scans.scan(scanner, Trial.encrypted()))
          .isEqualTo(
              new Verdict.Clean(
                  "clamd",
                  java.util.Optional.empty(),
                  java.util.Optional.of(
                      "clamd does not tell of encrypted archives and what exceeds its limits")));
      assertThat(Scans.scan(scanner, Trial.nested())).isInstanceOf(Verdict.Clean.class);
      assertThat(scanner.engines().getFirst().blind()).containsOnly(Blind.ENCRYPTED, Blind.LIMITS);
      assertThat(Scans.scan(scanner, Scans.eicar())).isEqualTo(EICAR);
    }
  }

  @Test
  void oneThatIsToldToAlertSaysWhatItDidNotLookAt() throws Exception {
    try (ClamavDaemon clamd = clamd("AlertEncrypted yes\nAlertExceedsMax yes\nMaxRecursion 100");
        BodyScanner scanner = scanner(clamd)) {
      assertReason(Scans.scan(scanner, Trial.encrypted()), Verdict.Reason.ENCRYPTED);
      assertReason(Scans.scan(scanner, Trial.nested()), Verdict.Reason.ENGINE_LIMIT);
      assertThat(Scans.scan(scanner, Scans.bytes("clean"))).isEqualTo(new Verdict.Clean("clamd"));
      assertThat(scanner.engines().getFirst().blind()).isEmpty();
      byte[] gzipped = Scans.gzip(Trial.encrypted());
      assertReason(Scans.scan(scanner, gzipped, "gzip"), Verdict.Reason.ENCRYPTED);
      assertThat(Scans.scan(scanner, Scans.join(Trial.encrypted(), Scans.eicar())))
          .isInstanceOf(Verdict.Unscanned.class);
    }
  }

  private static void assertReason(Verdict verdict, Verdict.Reason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class, unscanned -> assertThat(unscanned.reason()).isEqualTo(reason));
  }

  /** What a load of bodies came to, every third infected. */
  private List<Verdict> underLoad(BodyScanner scanner, int threads, Disturbance disturbance)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Verdict> wrong = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> load = new ArrayList<>();
    byte[] page = Scans.page(30_000, random);
    for (int i = 0; i < threads; i++) {
      byte[] body = i % 3 == 0 ? Scans.eicar() : page;
      boolean infected = i % 3 == 0;
      load.add(
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  Verdict verdict = Scans.scan(scanner, List.of(ByteBuffer.wrap(body)), null);
                  boolean right =
                      infected ? verdict.equals(EICAR) : verdict instanceof Verdict.Clean;
                  if (!right) {
                    wrong.add(verdict);
                  }
                }
              },
              Thread::startVirtualThread));
    }
    try {
      disturbance.now();
    } finally {
      over.set(true);
    }
    for (CompletableFuture<Void> one : load) {
      one.join();
    }
    return wrong;
  }

  private interface Disturbance {
    void now() throws Exception;
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no\nIdleTimeout 2"})
  void newSignaturesAreLoadedUnderLoadWithoutOneFailedScan(String concurrently) throws Exception {
    try (ClamavDaemon clamd = clamd("ConcurrentDatabaseReload " + concurrently);
        BodyScanner scanner = scanner(clamd)) {
      Verdict clean = Scans.scan(scanner, Scans.bytes("new 0"));
      assertThat(clean).isInstanceOf(Verdict.Clean.class);
      List<Verdict> failed =
          underLoad(
              scanner,
              12,
              () -> {
                for (int i = 0; i < (SOAK ? 100 : 4); i++) {
                  byte[] unwanted = Scans.bytes("new " + i + " unwanted");
                  clamd.addSignature("New-" + i, unwanted);
                  clamd.reload();
                  Scans.await(() -> Scans.scan(scanner, unwanted) instanceof Verdict.Infected);
                }
              });
      assertThat(failed).isEmpty();
      assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
    }
  }

  @Test
  void killedAndRestartedUnderLoadNothingIsCleanThatIsNot() throws Exception {
    try (ClamavDaemon clamd = clamd("");
        BodyScanner scanner = scanner(clamd)) {
      List<Verdict> others =
          underLoad(
              scanner,
              12,
              () -> {
                for (int i = 0; i < (SOAK ? 50 : 3); i++) {
                  clamd.kill();
                  Scans.await(
                      () -> Scans.scan(scanner, Scans.eicar()) instanceof Verdict.Unscanned);
                  clamd.restart();
                  Scans.await(() -> Scans.scan(scanner, Scans.eicar()).equals(EICAR));
                }
              });
      assertThat(others)
          .isNotEmpty()
          .allSatisfy(verdict -> assertReason(verdict, Verdict.Reason.ENGINE_DOWN));
    }
  }
}
