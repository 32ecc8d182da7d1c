package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedClamd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictCacheTest {
  private static final Verdict CLEAN = new Verdict.Clean("clamd");
  private static final Verdict CLEAN_BUT =
      new Verdict.Clean("clamd", Optional.empty(), Optional.of("not all of it"));
  private static final Verdict INFECTED = new Verdict.Infected("clamd", "X");
  private static final Verdict UNSCANNED =
      new Verdict.Unscanned(Verdict.Reason.ENCRYPTED, "Zip.", Verdict.Fate.DELIVER);

  @TempDir Path folder;

  private volatile String version = "1";
  private volatile long millis = 1_000_000;
  private final AtomicInteger scans = new AtomicInteger();
  private final InstantSource clock = () -> Instant.ofEpochMilli(millis);

  private VerdictCache cache(int entries, @Nullable Path file) {
    return new VerdictCache(
        new CacheConfig(entries, Duration.ofHours(1)),
        _ -> version,
        clock,
        Optional.ofNullable(file).map(VerdictFile::new));
  }

  private static Body body(String text, @Nullable String coding) {
    Scanner.Subject subject = Scans.subject(coding);
    return new Body(
        subject,
        new Pieces(List.of(ByteBuffer.wrap(Scans.bytes(text)))),
        ContentCodings.of(subject),
        DecodedLimits.of(1 << 20));
  }

  private Verdict ask(VerdictCache cache, String text, Verdict given) {
    return ask(cache, body(text, null), given);
  }

  private Verdict ask(VerdictCache cache, Body body, Verdict given) {
    try {
      return cache.of(
          body,
          System.nanoTime() + Duration.ofSeconds(30).toNanos(),
          () -> {
            scans.incrementAndGet();
            return given;
          });
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSameBodyIsScannedOnce() {
    VerdictCache cache = cache(10, null);
    for (int i = 0; i < 3; i++) {
      assertThat(ask(cache, "a", CLEAN_BUT)).isEqualTo(CLEAN_BUT);
      assertThat(ask(cache, "b", INFECTED)).isEqualTo(INFECTED);
    }
    assertThat(scans).hasValue(2);
    assertThat(cache.lookups()).isEqualTo(new Scanner.Lookups(4, 2));
  }

  @Test
  void anotherCodingIsAnotherBody() {
    VerdictCache cache = cache(10, null);
    ask(cache, body("a", null), CLEAN);
    ask(cache, body("a", "br"), INFECTED);
    assertThat(ask(cache, body("a", "br"), CLEAN)).isEqualTo(INFECTED);
    assertThat(ask(cache, body("a", null), INFECTED)).isEqualTo(CLEAN);
    assertThat(scans).hasValue(2);
    String long1 = "gzip, ".repeat(50) + "gzip";
    ask(cache, body("a", long1), CLEAN);
    ask(cache, body("a", long1), CLEAN);
    assertThat(scans).hasValue(4);
  }

  @Test
  void whatMayBeOtherwiseTheNextTimeIsNotRemembered() {
    var page = new Replacement(403, List.of(), new byte[0]);
    VerdictCache cache = cache(10, null);
    for (Verdict verdict :
        List.of(
            UNSCANNED,
            new Verdict.Clean("icap", Optional.of(page)),
            new Verdict.Infected("icap", "X", Optional.of(page)))) {
      scans.set(0);
      ask(cache, "a", verdict);
      assertThat(ask(cache, "a", verdict)).isEqualTo(verdict);
      assertThat(scans).hasValue(2);
    }
  }

  @Test
  void newSignaturesOldAgeAndAnUnknownVersionMakeItScanAgain() {
    VerdictCache cache = cache(10, null);
    ask(cache, "a", CLEAN);
    version = "2";
    assertThat(ask(cache, "a", INFECTED)).isEqualTo(INFECTED);
    version = "";
    assertThat(ask(cache, "a", CLEAN)).isEqualTo(CLEAN);
    version = "2";
    assertThat(ask(cache, "a", CLEAN)).isEqualTo(INFECTED);
    millis += Duration.ofHours(1).toMillis();
    assertThat(ask(cache, "a", CLEAN)).isEqualTo(INFECTED);
    millis += 1;
    assertThat(ask(cache, "a", CLEAN)).isEqualTo(CLEAN);
    millis -= 1;
    assertThat(ask(cache, "a", INFECTED)).as("a clock that went back").isEqualTo(INFECTED);
  }

  @Test
  void aVerdictGivenWhileSignaturesChangedIsNotRemembered() throws InterruptedException {
    VerdictCache cache = cache(10, null);
    cache.of(
        body("a", null),
        System.nanoTime() + 1_000_000_000,
        () -> {
          version = "2";
          return CLEAN;
        });
    assertThat(ask(cache, "a", INFECTED)).isEqualTo(INFECTED);
  }

  @Test
  void theLeastUsedIsForgotten() {
    VerdictCache cache = cache(2, null);
    ask(cache, "a", CLEAN);
    ask(cache, "b", CLEAN);
    ask(cache, "a", CLEAN);
    ask(cache, "c", CLEAN);
    assertThat(scans).hasValue(3);
    ask(cache, "a", CLEAN);
    ask(cache, "c", CLEAN);
    assertThat(scans).hasValue(3);
    ask(cache, "b", CLEAN);
    assertThat(scans).hasValue(4);
  }

  /** Many at once; the first one is told how to end when all others wait. */
  private List<CompletableFuture<Verdict>> atOnce(VerdictCache cache, VerdictCache.Scan first)
      throws InterruptedException {
    CountDownLatch leads = new CountDownLatch(1);
    List<CompletableFuture<Verdict>> all = new ArrayList<>();
    all.add(
        run(
            cache,
            () -> {
              leads.countDown();
              return first.now();
            }));
    leads.await();
    for (int i = 0; i < 20; i++) {
      all.add(
          run(
              cache,
              () -> {
                scans.incrementAndGet();
                return CLEAN;
              }));
    }
    return all;
  }

  private static CompletableFuture<Verdict> run(VerdictCache cache, VerdictCache.Scan scan) {
    var verdict = new CompletableFuture<Verdict>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            verdict.complete(
                cache.of(
                    body("a", null), System.nanoTime() + Duration.ofSeconds(30).toNanos(), scan));
          } catch (InterruptedException | RuntimeException e) {
            verdict.completeExceptionally(e);
          }
        });
    return verdict;
  }

  @Test
  void theSameContentAtOnceIsScannedOnce() throws InterruptedException {
    VerdictCache cache = cache(10, null);
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Verdict>> all =
        atOnce(
            cache,
            () -> {
              go.await();
              return INFECTED;
            });
    go.countDown();
    assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(INFECTED));
    assertThat(scans).hasValue(0);
  }

  @Test
  void whenTheFirstIsNotScannedTheOthersScanForThemselves() throws InterruptedException {
    VerdictCache cache = cache(10, null);
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Verdict>> all =
        atOnce(
            cache,
            () -> {
              go.await();
              return UNSCANNED;
            });
    go.countDown();
    assertThat(all.getFirst().join()).isEqualTo(UNSCANNED);
    assertThat(all.subList(1, all.size()))
        .allSatisfy(one -> assertThat(one.join()).isEqualTo(CLEAN));
    assertThat(scans.get()).isPositive();
  }

  @Test
  void whenTheFirstIsGivenUpAnotherOneScansForAll() throws InterruptedException {
    VerdictCache cache = cache(10, null);
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Verdict>> all =
        atOnce(
            cache,
            () -> {
              go.await();
              throw new InterruptedException("its client left");
            });
    go.countDown();
    assertThat(all.subList(1, all.size()))
        .allSatisfy(one -> assertThat(one.join()).isEqualTo(CLEAN));
    assertThat(all.getFirst()).isCompletedExceptionally();
    assertThat(scans).hasValue(1);
  }

  @Test
  void nobodyWaitsLongerThanItsOwnTime() throws Exception {
    VerdictCache cache = cache(10, null);
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Verdict>> all =
        atOnce(
            cache,
            () -> {
              go.await();
              return CLEAN;
            });
    Verdict late = cache.of(body("a", null), System.nanoTime() - 1, () -> UNSCANNED);
    assertThat(late).isEqualTo(UNSCANNED);
    go.countDown();
    assertThat(all.getLast().join()).isEqualTo(CLEAN);
  }

  private Path filled() throws IOException {
    Path file = folder.resolve("scan/verdicts");
    try (VerdictCache cache = cache(10, file)) {
      ask(cache, "a", CLEAN_BUT);
      ask(cache, body("b", "gzip"), INFECTED);
      version = "2";
      ask(cache, "c", CLEAN);
    }
    scans.set(0);
    return file;
  }

  @Test
  void aRestartKnowsThemAgainAndNewSignaturesDoNot() throws IOException {
    Path file = filled();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (VerdictCache cache = cache(10, file)) {
      assertThat(ask(cache, "c", INFECTED)).isEqualTo(CLEAN);
      assertThat(scans).hasValue(0);
      version = "1";
      assertThat(ask(cache, "a", CLEAN)).isEqualTo(CLEAN_BUT);
      assertThat(ask(cache, body("b", "gzip"), CLEAN)).isEqualTo(INFECTED);
      assertThat(scans).hasValue(0);
      version = "3";
      assertThat(ask(cache, "a", INFECTED)).isEqualTo(INFECTED);
    }
  }

  @Test
  void aDamagedFileIsNoFile() throws IOException {
    Path file = filled();
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(17);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
      assertNothingKnown(file, i % 2 == 0 ? damaged : java.util.Arrays.copyOf(whole, i));
    }
    assertNothingKnown(file, Scans.join(whole, new byte[1]));
    assertNothingKnown(file, new byte[0]);
  }

  private void assertNothingKnown(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    scans.set(0);
    version = "2";
    VerdictCache cache = cache(10, file);
    assertThat(ask(cache, "c", UNSCANNED)).isEqualTo(UNSCANNED);
    version = "1";
    assertThat(ask(cache, "a", UNSCANNED)).isEqualTo(UNSCANNED);
    cache.close();
  }

  @Test
  void aFolderThatCannotBeWrittenCostsOnlyTheMemory() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "").resolve("verdicts");
    VerdictCache cache = cache(10, file);
    ask(cache, "a", CLEAN);
    ask(cache, "a", CLEAN);
    assertThat(scans).hasValue(1);
    cache.close();
  }

  @Test
  void aListOfDigestsIsPartOfTheVersion() {
    var one = new DigestSet.Builder();
    one.add(new byte[32], "");
    var other = new DigestSet.Builder();
    other.add(new byte[32], "named");
    assertThat(
            List.of(
                DigestSet.EMPTY.fingerprint(),
                one.build().fingerprint(),
                other.build().fingerprint()))
        .doesNotHaveDuplicates();
    assertThat(one.build().fingerprint()).isEqualTo(one.build().fingerprint());
  }

  @Test
  void aScannerAsksClamdOnceForTheSameBody() throws IOException {
    try (ScriptedClamd clamd =
        ScriptedClamd.answering(folder.resolve("clamd"), _ -> "stream: OK")) {
      ScanConfig config = Scans.config("engines: { clamd: '" + clamd.address() + "' }");
      try (BodyScanner scanner = BodyScanner.start(config, folder)) {
        Scans.await(() -> !scanner.version(Scanner.Direction.DOWN).isEmpty());
        for (int i = 0; i < 5; i++) {
          assertThat(Scans.scan(scanner, Scans.bytes("again"))).isEqualTo(CLEAN);
        }
        assertThat(clamd.bodies()).hasSize(1);
        assertThat(scanner.lookups()).isEqualTo(new Scanner.Lookups(4, 1));
      }
      try (BodyScanner scanner = BodyScanner.start(config, folder)) {
        Scans.await(() -> !scanner.version(Scanner.Direction.DOWN).isEmpty());
        assertThat(Scans.scan(scanner, Scans.bytes("again"))).isEqualTo(CLEAN);
        assertThat(clamd.bodies()).hasSize(1);
      }
    }
  }

  @Test
  void whileClamdIsDownNothingIsKnown() throws IOException {
    Path socket = folder.resolve("clamd");
    ScanConfig config = Scans.config("engines: { clamd: 'unix:" + socket + "' }");
    try (BodyScanner scanner = BodyScanner.start(config, folder)) {
      try (ScriptedClamd clamd = ScriptedClamd.answering(socket, _ -> "stream: OK")) {
        Scans.await(() ->
            Scans.scan(scanner, Scans.bytes("again")).equals(CLEAN)
                && scanner.lookups().hits() > 0);
        assertThat(clamd.bodies()).isNotEmpty();
      }
      for (String body : List.of("another one", "again")) {
        assertThat(Scans.scan(scanner, Scans.bytes(body)))
            .isInstanceOfSatisfying(
                Verdict.Unscanned.class,
                unscanned -> assertThat(unscanned.reason()).isEqualTo(Verdict.Reason.ENGINE_DOWN));
      }
    }
  }
}
