package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.CIcap;
import dev.sekisho.testing.ClamavDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the real c-icap, in front of the real clamd. */
class RealIcapTest {
  private static final String NAME = "Eicar-Test.UNOFFICIAL";
  private static final int ROUNDS = Boolean.getBoolean("sekisho.soak") ? 100 : 3;
  private static final Scanner.Subject UPLOAD =
      Scans.uploadTo(
          "http://files.example/up", null, new HeadField("Content-Type", "application/zip"));

  /** Where a zip says in its local header, and in its central one, that a password is needed. */
  private static final int ENCRYPTED_LOCAL = 6;

  private static final int ENCRYPTED_CENTRAL = 8;

  /** clamd's MaxRecursion is 17 unless configured. */
  private static final int DEEPER = 30;

  @TempDir static Path folder;

  private static ClamavDaemon clamd;
  private static CIcap icap;
  private static BodyScanner scanner;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    clamd =
        ClamavDaemon.start(
            folder, "Eicar-Test", Scans.eicar(), "AlertEncrypted yes\nAlertExceedsMax yes");
    icap = CIcap.start(folder, clamd.socket());
    scanner = scanner("avscan");
  }

  @AfterAll
  static void stop() {
    scanner.close();
    icap.close();
    clamd.close();
  }

  private static BodyScanner scanner(String service) {
    return Scans.scanner("engines: { icap: '" + icap.url(service) + "' }");
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void assertEicar(Verdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Infected.class,
            found -> {
              assertThat(found.name()).isEqualTo(NAME);
              Replacement page = found.page().orElseThrow();
              assertThat(page.status()).isEqualTo(403);
              assertThat(new String(page.body(), StandardCharsets.UTF_8)).contains(NAME);
            });
  }

  private static void assertClean(Verdict verdict) {
    assertThat(verdict).isEqualTo(new Verdict.Clean(icap.url("avscan")));
  }

  @Test
  void findsTheTestFileInDownloadsAndUploadsInArchivesAndCodings() throws IOException {
    byte[] zip = Scans.zip("x/eicar.com", Scans.eicar());
    assertEicar(Scans.scan(scanner, Scans.eicar()));
    assertEicar(Scans.scan(scanner, zip));
    assertEicar(Scans.scan(scanner, UPLOAD, Scans.eicar()));
    assertEicar(Scans.scan(scanner, UPLOAD, zip));
    assertEicar(Scans.scan(scanner, Scans.zipBehind(noise(2 << 20), "x/eicar.com", Scans.eicar())));
    assertEicar(Scans.scan(scanner, Scans.gzip(zip), "gzip"));
    assertEicar(Scans.scan(scanner, Scans.zlib(Scans.eicar()), "deflate"));
  }

  /** The service wants a preview of 1,024 bytes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1023, 1024, 1025, 2048, 65536, 131072, 131073, 7 << 20})
  void whatHasNothingInItIsClean(int length) {
    assertClean(Scans.scan(scanner, noise(length)));
    assertClean(Scans.scan(scanner, UPLOAD, noise(length)));
  }

  @Test
  void aThingBehindThePreviewIsFound() throws IOException {
    for (int length : new int[] {900, 1024, 100_000}) {
      assertEicar(
          Scans.scan(scanner, Scans.zipBehind(noise(length), "x/eicar.com", Scans.eicar())));
    }
  }

  @Test
  void aServiceThatGivesEverythingBackChangesNothingAndTellsNothing() {
    String url = icap.url("echo");
    Verdict unchanged =
        new Verdict.Clean(
            url,
            Optional.empty(),
            Optional.of(url + " does not tell of encrypted archives and what exceeds its limits"));
    try (BodyScanner echo = scanner("echo")) {
      for (int length : new int[] {1, 1024, 1025, 3 << 20}) {
        assertThat(Scans.scan(echo, noise(length))).isEqualTo(unchanged);
        assertThat(Scans.scan(echo, UPLOAD, noise(length))).isEqualTo(unchanged);
      }
    }
  }

  @Test
  void partialContentIsPutTogether() {
    byte[] page = Scans.bytes("<html>" + "x".repeat(5000) + "</html>");
    Scanner.Subject html =
        Scans.download("http://files.example/", null, new HeadField("Content-Type", "text/html"));
    try (BodyScanner partial = scanner("ex206")) {
      for (byte[] body : List.of(page, Arrays.copyOf(page, 500))) {
        assertThat(Scans.scan(partial, html, body))
            .isInstanceOfSatisfying(
                Verdict.Clean.class,
                clean -> {
                  String whole =
                      new String(clean.instead().orElseThrow().body(), StandardCharsets.UTF_8);
                  assertThat(whole)
                      .startsWith("<html>\n<!--A simple comment")
                      .endsWith(new String(body, 6, body.length - 6, StandardCharsets.UTF_8));
                });
      }
    }
  }

  @Test
  void whatItsClamdDidNotLookAtIsNotScanned() {
    byte[] encrypted = Scans.zip("secret", noise(500));
    encrypted[ENCRYPTED_LOCAL] |= 1;
    encrypted[
            new String(encrypted, StandardCharsets.ISO_8859_1).indexOf("PK\1\2")
                + ENCRYPTED_CENTRAL] |=
        1;
    assertUnscanned(encrypted, Verdict.Reason.ENCRYPTED);
    byte[] nested = Scans.bytes("deeper than clamd unpacks");
    for (int i = 0; i < DEEPER; i++) {
      nested = Scans.gzip(nested);
    }
    assertUnscanned(nested, Verdict.Reason.ENGINE_LIMIT);
  }

  private static void assertUnscanned(byte[] body, Verdict.Reason reason) {
    assertThat(Scans.scan(scanner, body))
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class, none -> assertThat(none.reason()).isEqualTo(reason));
  }

  @Test
  void itTellsWhatItsClamdTells() throws Exception {
    Scans.await(() -> {
      assertClean(Scans.scan(scanner, noise(10)));
      return scanner.engines().getFirst().blind().isEmpty();
    });
    Path other = java.nio.file.Files.createDirectories(folder.resolve("blind"));
    try (ClamavDaemon silent = ClamavDaemon.start(other, "Eicar-Test", Scans.eicar(), "");
        CIcap server = CIcap.start(other, silent.socket());
        BodyScanner asking = Scans.scanner("engines: { icap: '" + server.url("avscan") + "' }")) {
      assertThat(Scans.scan(asking, noise(10)))
          .isInstanceOfSatisfying(
              Verdict.Clean.class,
              clean ->
                  assertThat(clean.caveat().orElseThrow())
                      .endsWith("does not tell of encrypted archives and what exceeds its limits"));
      assertThat(asking.engines().getFirst().blind()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"never", "fenced"})
  void manyBodiesInARowGetTheirOwnVerdicts(String reuse) {
    try (BodyScanner asking =
        Scans.scanner(
            "engines: { icap: { url: '%s', connections: 1, reuse: %s } }"
                .formatted(icap.url("avscan"), reuse))) {
      // More than c-icap serves on one connection.
      for (int i = 0; i < 130; i++) {
        if (i % 3 == 0) {
          assertEicar(Scans.scan(asking, Scans.eicar()));
        } else {
          assertClean(Scans.scan(asking, noise(i * 50)));
        }
      }
    }
  }

  @Test
  void theHundredthDownloadCostsNoScan() throws IOException {
    Path state = java.nio.file.Files.createDirectories(folder.resolve("remembering"));
    try (BodyScanner asking =
        BodyScanner.start(
            Scans.config("engines: { icap: { url: '" + icap.url("avscan") + "', cache: true } }"),
            state)) {
      Scans.await(() -> !asking.version(Scanner.Direction.DOWN).isEmpty());
      for (int i = 0; i < 100; i++) {
        assertClean(Scans.scan(asking, noise(5000)));
      }
      assertThat(asking.lookups()).isEqualTo(new Scanner.Lookups(99, 1));
    }
  }

  @Test
  void aServiceThatIsNotThereScansNothing() {
    try (BodyScanner nobody = scanner("nosuch")) {
      assertThat(Scans.scan(nobody, noise(10)))
          .isInstanceOfSatisfying(
              Verdict.Unscanned.class,
              unscanned -> assertThat(unscanned.detail()).contains("404 Service not found"));
    }
  }

  @Test
  void twoHundredBodiesAtOnceGetTheirOwnVerdicts() throws IOException {
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    byte[] infected = Scans.zipBehind(noise(50_000), "x/eicar.com", Scans.eicar());
    for (int i = 0; i < 200; i++) {
      byte[] body = i % 3 == 0 ? infected : noise(1000 + i * 500);
      verdicts.add(Scans.begin(scanner, List.of(ByteBuffer.wrap(body)), null));
    }
    for (int i = 0; i < verdicts.size(); i++) {
      Verdict verdict = verdicts.get(i).join();
      if (i % 3 == 0) {
        assertEicar(verdict);
      } else {
        assertClean(verdict);
      }
    }
    assertThat(scanner.spool().inMemory()).isZero();
  }

  @Test
  void aServerThatDiesUnderItsScansLetsNothingPass() throws Exception {
    byte[] infected = Scans.zipBehind(noise(300_000), "x/eicar.com", Scans.eicar());
    byte[] clean = noise(300_000);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger unscanned = new AtomicInteger();
    List<CompletableFuture<Void>> loads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] body = i % 2 == 0 ? infected : clean;
      loads.add(CompletableFuture.runAsync(() -> load(body, body == infected, over, unscanned)));
    }
    for (int round = 0; round < ROUNDS; round++) {
      Thread.sleep(300);
      icap.kill();
      Thread.sleep(100);
      icap.restart();
    }
    Thread.sleep(300);
    over.set(true);
    loads.forEach(CompletableFuture::join);
    assertThat(unscanned.get()).isPositive();
    assertEicar(Scans.scan(scanner, infected));
    assertClean(Scans.scan(scanner, clean));
    assertThat(scanner.engines().getFirst().state()).isEqualTo(EngineStatus.State.UP);
  }

  private static void load(
      byte[] body, boolean infected, AtomicBoolean over, AtomicInteger unscanned) {
    while (!over.get()) {
      switch (Scans.scan(scanner, body)) {
        case Verdict.Clean clean -> assertThat(infected).as("" + clean).isFalse();
        case Verdict.Infected found -> assertThat(infected).as("" + found).isTrue();
        case Verdict.Unscanned none -> {
          assertThat(none.reason()).isEqualTo(Verdict.Reason.ENGINE_DOWN);
          unscanned.incrementAndGet();
        }
      }
    }
  }

  @Test
  void aServerWhoseOwnScannerIsGoneLetsNothingPass() throws Exception {
    Path other = java.nio.file.Files.createDirectories(folder.resolve("other"));
    try (ClamavDaemon behind = ClamavDaemon.start(other, "Eicar-Test", Scans.eicar(), "");
        CIcap server = CIcap.start(other, behind.socket());
        BodyScanner asking = Scans.scanner("engines: { icap: '" + server.url("avscan") + "' }")) {
      assertEicar(Scans.scan(asking, Scans.eicar()));
      behind.kill();
      for (byte[] body : List.of(Scans.eicar(), noise(10), noise(5000))) {
        assertThat(Scans.scan(asking, body)).isNotInstanceOf(Verdict.Clean.class);
      }
    }
  }
}
