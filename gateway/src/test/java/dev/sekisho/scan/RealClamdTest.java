package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ClamavDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real clamd, whose database here is the EICAR test file alone. */
class RealClamdTest {
  private static final Verdict CLEAN = new Verdict.Clean("clamd");
  private static final Verdict EICAR = new Verdict.Infected("clamd", "Eicar-Test.UNOFFICIAL");
  private static final long SEED = 29;

  @TempDir static Path folder;

  private static ClamavDaemon clamd;
  private static BodyScanner scanner;
  private final Random random = new Random(SEED);

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    clamd =
        ClamavDaemon.start(
            folder,
            "Eicar-Test",
            Scans.eicar(),
            "StreamMaxLength 12M\nAlertEncrypted yes\nAlertExceedsMax yes");
    scanner = Scans.scanner("engines: { clamd: '" + clamd.address() + "' }");
  }

  @AfterAll
  static void stop() {
    scanner.close();
    clamd.close();
  }

  private void assertEicar(byte[] body, @Nullable String coding) {
    assertThat(Scans.scan(scanner, body, coding)).isEqualTo(EICAR);
    for (int i = 0; i < 5; i++) {
      assertThat(Scans.scan(scanner, Scans.cut(body, random), coding))
          .as("seed " + SEED)
          .isEqualTo(EICAR);
    }
  }

  @Test
  void findsTheTestFile() {
    assertEicar(Scans.eicar(), null);
  }

  @Test
  void findsTheTestFileInEveryCoding() {
    assertEicar(Scans.gzip(Scans.eicar()), "gzip");
    assertEicar(Scans.zlib(Scans.eicar()), "deflate");
    assertEicar(Scans.bareDeflate(Scans.eicar()), "deflate");
    assertEicar(Scans.gzip(Scans.zlib(Scans.eicar())), "deflate, gzip");
  }

  @Test
  void findsTheTestFileInArchives() {
    byte[] zip = Scans.zip("eicar.com", Scans.eicar());
    assertEicar(zip, null);
    assertEicar(Scans.gzip(zip), "gzip");
    assertEicar(Scans.zip("inner.zip", zip), null);
    assertEicar(Scans.gzip(Scans.eicar()), null);
  }

  @Test
  void findsTheTestFileWhereTheCodingLies() {
    assertEicar(Scans.eicar(), "gzip");
    assertEicar(Scans.eicar(), "made-up");
  }

  @Test
  void cleanBodiesAreClean() {
    byte[] page = Scans.page(2_000_000, random);
    byte[] noise = new byte[8 << 20];
    random.nextBytes(noise);
    assertThat(Scans.scan(scanner, page)).isEqualTo(CLEAN);
    assertThat(Scans.scan(scanner, Scans.gzip(page), "gzip")).isEqualTo(CLEAN);
    assertThat(Scans.scan(scanner, Scans.zip("page.html", page))).isEqualTo(CLEAN);
    assertThat(Scans.scan(scanner, Scans.cut(noise, random), null)).isEqualTo(CLEAN);
    assertThat(Scans.scan(scanner, new byte[0])).isEqualTo(CLEAN);
  }

  @Test
  void itsOwnSizeLimitIsALimit() {
    byte[] body = Scans.gzip(new byte[40 << 20]);
    assertThat(Scans.scan(scanner, body, "gzip"))
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class,
            unscanned -> {
              assertThat(unscanned.reason()).isEqualTo(Verdict.Reason.ENGINE_LIMIT);
              assertThat(unscanned.detail()).contains("StreamMaxLength");
            });
  }

  @Test
  void aBurstIsAnsweredWhole() {
    byte[] page = Scans.page(20_000, random);
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] body = i % 3 == 0 ? Scans.eicar() : page;
      verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(body)), null));
    }
    for (int i = 0; i < verdicts.size(); i++) {
      assertThat(verdicts.get(i).join()).isEqualTo(i % 3 == 0 ? EICAR : CLEAN);
    }
    assertThat(scanner.spool().inMemory()).isZero();
  }

  @Test
  void saysWhatItIs() throws InterruptedException {
    var node = new ClamdNode(ClamdAddress.parse(clamd.address()).orElseThrow(), 8);
    node.probe(java.time.Duration.ofSeconds(30));
    assertThat(node.status().state()).isEqualTo(EngineStatus.State.UP);
    assertThat(node.status().detail()).startsWith("ClamAV ");
  }

  @Test
  void aClamdThatWasKilledIsDown(@TempDir Path own) throws Exception {
    try (ClamavDaemon killed = ClamavDaemon.start(own, "Eicar-Test", Scans.eicar(), "");
        BodyScanner alone = Scans.scanner("engines: { clamd: '" + killed.address() + "' }")) {
      assertThat(Scans.scan(alone, Scans.eicar())).isEqualTo(EICAR);
      killed.kill();
      assertThat(Scans.scan(alone, Scans.eicar()))
          .isInstanceOfSatisfying(
              Verdict.Unscanned.class,
              unscanned -> assertThat(unscanned.reason()).isEqualTo(Verdict.Reason.ENGINE_DOWN));
    }
  }
}
