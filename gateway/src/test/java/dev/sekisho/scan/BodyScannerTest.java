package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedClamd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyScannerTest {
  private static final Verdict CLEAN = new Verdict.Clean("signatures");
  private static final Verdict EICAR = new Verdict.Infected("signatures", Eicar.NAME);

  @TempDir Path folder;

  private static Verdict builtIn(byte[] body, String coding) {
    try (BodyScanner scanner = Scans.scanner("limit: 8MiB")) {
      return Scans.scan(scanner, body, coding.isEmpty() ? null : coding);
    }
  }

  private static void assertUnscanned(Verdict verdict, Verdict.Reason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Unscanned.class, unscanned -> assertThat(unscanned.reason()).isEqualTo(reason));
  }

  @Test
  void findsTheTestFileByItsDefinition() {
    byte[] eicar = Scans.eicar();
    assertThat(eicar).hasSize(68);
    assertThat(builtIn(eicar, "")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.join(eicar, Scans.bytes("\r\n \t\u001a")), "")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.join(eicar, Scans.bytes(" ".repeat(60))), "")).isEqualTo(EICAR);
  }

  @Test
  void aPageThatQuotesTheTestStringIsNotTheTestFile() {
    byte[] eicar = Scans.eicar();
    assertThat(builtIn(Scans.join(eicar, Scans.bytes(" ".repeat(61))), "")).isEqualTo(CLEAN);
    assertThat(builtIn(Scans.join(eicar, Scans.bytes("x")), "")).isEqualTo(CLEAN);
    assertThat(builtIn(Scans.join(Scans.bytes(" "), eicar), "")).isEqualTo(CLEAN);
    assertThat(builtIn(Scans.bytes("a clean body"), "")).isEqualTo(CLEAN);
    assertThat(builtIn(new byte[0], "")).isEqualTo(CLEAN);
  }

  @Test
  void looksAtWhatTheClientWillUse() {
    byte[] eicar = Scans.eicar();
    assertThat(builtIn(Scans.gzip(eicar), "gzip")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.zlib(eicar), "deflate")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.bareDeflate(eicar), "deflate")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.gzip(Scans.gzip(eicar)), "gzip, gzip")).isEqualTo(EICAR);
    assertThat(builtIn(Scans.gzip(Scans.bytes("fine")), "gzip")).isEqualTo(CLEAN);
  }

  @Test
  void aCodingThatIsNotWhatItSaysHidesNothing() {
    byte[] eicar = Scans.eicar();
    assertThat(builtIn(eicar, "gzip")).isEqualTo(EICAR);
    assertThat(builtIn(eicar, "made-up")).isEqualTo(EICAR);
    byte[] cutInItsChecksum =
        java.util.Arrays.copyOf(Scans.gzip(eicar), Scans.gzip(eicar).length - 2);
    assertThat(builtIn(cutInItsChecksum, "gzip")).isEqualTo(EICAR);
  }

  @Test
  void whatCannotBeReadToItsEndIsNeverClean() {
    assertUnscanned(builtIn(Scans.bytes("fine"), "gzip"), Verdict.Reason.UNDECODABLE);
    assertUnscanned(builtIn(Scans.bytes("fine"), "made-up"), Verdict.Reason.UNDECODABLE);
    assertUnscanned(builtIn(Scans.gzip(new byte[200 << 20]), "gzip"), Verdict.Reason.TOO_BIG);
  }

  @Test
  void findsListedDigestsAsSentAndDecoded() throws IOException {
    byte[] unwanted = Scans.page(100_000, new Random(2));
    String digest = HexFormat.of().formatHex(Sha256.begin().digest(unwanted));
    byte[] packed = Scans.gzip(Scans.bytes("not decoded"));
    String packedDigest = HexFormat.of().withUpperCase().formatHex(Sha256.begin().digest(packed));
    Path list =
        Files.writeString(
            folder.resolve("list"), "# ours\n\n" + digest + "  setup.exe\n" + packedDigest + "\n");
    String config = "engines: { signatures: { sha256: ['" + list + "'], eicar: false } }";
    try (BodyScanner scanner = Scans.scanner(config)) {
      Verdict found = new Verdict.Infected("signatures", "setup.exe");
      assertThat(Scans.scan(scanner, unwanted)).isEqualTo(found);
      assertThat(Scans.scan(scanner, Scans.gzip(unwanted), "gzip")).isEqualTo(found);
      assertThat(Scans.scan(scanner, Scans.cut(unwanted, new Random(4)), null)).isEqualTo(found);
      assertThat(Scans.scan(scanner, packed))
          .isEqualTo(new Verdict.Infected("signatures", "listed by its SHA-256"));
      assertThat(Scans.scan(scanner, packed, "gzip"))
          .isEqualTo(new Verdict.Infected("signatures", "listed by its SHA-256"));
      unwanted[5]++;
      assertThat(Scans.scan(scanner, unwanted)).isEqualTo(CLEAN);
      assertThat(Scans.scan(scanner, Scans.eicar())).isEqualTo(CLEAN);
    }
  }

  @Test
  void everyEngineMustFindNothing() throws IOException {
    try (ScriptedClamd clamd = ScriptedClamd.answering(folder.resolve("clamd"), _ -> "stream: OK");
        BodyScanner scanner =
            Scans.scanner(
                "engines: [ { clamd: '" + clamd.address() + "' }, { signatures: {} } ]")) {
      assertThat(Scans.scan(scanner, Scans.eicar())).isEqualTo(EICAR);
      assertThat(Scans.scan(scanner, Scans.bytes("a")))
          .isEqualTo(new Verdict.Clean("clamd, signatures"));
      assertThat(clamd.bodies()).as("in the order of the configuration").hasSize(2);
    }
  }

  @Test
  void clamdGetsTheDecodedBodyAndTheRawOneWhereThatIsNotWhole() throws IOException {
    byte[] page = Scans.page(100_000, new Random(6));
    byte[] cut = java.util.Arrays.copyOf(Scans.gzip(page), 5000);
    try (ScriptedClamd clamd = ScriptedClamd.answering(folder.resolve("clamd"), _ -> "stream: OK");
        BodyScanner scanner = Scans.scanner("engines: { clamd: '" + clamd.address() + "' }")) {
      assertThat(Scans.scan(scanner, Scans.gzip(page), "gzip"))
          .isEqualTo(new Verdict.Clean("clamd"));
      assertThat(clamd.bodies()).hasSize(1);
      assertThat(clamd.bodies().getFirst()).isEqualTo(page);
      assertUnscanned(Scans.scan(scanner, cut, "gzip"), Verdict.Reason.UNDECODABLE);
      assertThat(clamd.bodies()).hasSize(3);
      assertThat(page).startsWith(clamd.bodies().get(1));
      assertThat(clamd.bodies().get(2)).isEqualTo(cut);
    }
  }

  @Test
  void aLoopThatIsGoneKeepsNoRoom() throws InterruptedException {
    try (BodyScanner scanner = Scans.scanner("")) {
      HeldBody body = Scans.held(scanner, List.of(ByteBuffer.allocate(100)));
      CountDownLatch told = new CountDownLatch(1);
      scanner.scan(
          Scans.subject(null),
          body,
          _ -> {
            told.countDown();
            throw new RejectedExecutionException();
          },
          _ -> {});
      told.await();
      body.release();
      assertThat(scanner.spool().inMemory()).isZero();
    }
  }

  @Test
  void theCallersOwnReasonsGetTheirConfiguredFate() {
    try (BodyScanner scanner = Scans.scanner("unscanned: { endless: block }, patience: 5s")) {
      assertThat(
              scanner
                  .unscanned(Scans.subject(null), Verdict.Reason.ENDLESS, "It did not end.")
                  .fate())
          .isEqualTo(Verdict.Fate.BLOCK);
      assertThat(scanner.unscanned(Scans.subject(null), Verdict.Reason.TOO_BIG, "Long.").fate())
          .isEqualTo(Verdict.Fate.DELIVER);
      assertThat(scanner.patience().toSeconds()).isEqualTo(5);
    }
  }
}
