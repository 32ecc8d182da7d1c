package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScanConfigTest {
  @TempDir Path folder;

  private ScanConfig absent(List<Path> usual) {
    Problems problems = new Problems();
    ScanConfig config =
        ScanConfig.read(Section.absent("scan", Mark.file("x"), problems), folder, usual);
    assertThat(problems.all()).isEmpty();
    return config;
  }

  private List<String> problems(String text) {
    Problems problems = new Problems();
    Scans.config(text, folder, problems);
    return problems.all().stream().map(Problem::toString).toList();
  }

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    ScanConfig config = absent(List.of());
    assertThat(config).isEqualTo(ScanConfig.defaults());
    assertThat(config.engines()).containsExactly(EngineConfig.BUILT_IN);
    assertThat(config.byDefault()).isEqualTo(ScanConfig.Default.ALL);
    assertThat(config.limit()).isEqualTo(1 << 30);
    assertThat(config.spool()).isEqualTo(new SpoolConfig(256 << 10, 256 << 20, 10L << 30));
    assertThat(config.decoded()).isEqualTo(new DecodedLimits(4L << 30, 1100));
    assertThat(config.messages()).isEqualTo(new MessagesConfig(1 << 10, 16 << 20));
    assertThat(config.patience()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.engineTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.unscanned().delivered())
        .containsExactly("too-big", "encrypted", "engine-limit", "excluded-by-rule", "endless");
  }

  @Test
  void howMuchIsDecodedFollowsTheLimitUnlessItIsSaid() {
    Problems problems = new Problems();
    assertThat(Scans.config("limit: 1MiB", folder, problems).decoded())
        .isEqualTo(new DecodedLimits(64 << 20, 1100));
    assertThat(Scans.config("limit: 100MiB", folder, problems).decoded())
        .isEqualTo(new DecodedLimits(1000L << 20, 1100));
    assertThat(Scans.config("decoded: { ratio: 50 }", folder, problems).decoded())
        .isEqualTo(new DecodedLimits(4L << 30, 50));
    assertThat(Scans.config("decoded: { limit: 2GiB }", folder, problems).decoded())
        .isEqualTo(new DecodedLimits(2L << 30, 1100));
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void messagesAreNeverHeldBeyondWhatOtherBodiesAre() {
    Problems problems = new Problems();
    assertThat(Scans.config("limit: 1GiB", folder, problems).messageLimits())
        .isEqualTo(
            new MessageLimits(1 << 10, 16 << 20, new DecodedLimits(160 << 20, 1100), 4L << 30));
    assertThat(
            Scans.config(
                    "limit: 1MiB, messages: { from: 1, limit: 100MiB }, decoded: { limit: 5MiB, ratio: 20 }",
                    folder,
                    problems)
                .messageLimits())
        .isEqualTo(new MessageLimits(1, 1 << 20, new DecodedLimits(5 << 20, 20), 5 << 20));
    assertThat(problems.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'messages: { from: 0 }', 'scan.messages.from: expected 1 to 1MiB, found 0.'",
    "'messages: { from: 2MiB }', 'scan.messages.from: expected 1 to 1MiB, found 2MiB.'",
    "'messages: { limit: 100 }', 'scan.messages.limit: expected at least 1KiB'",
    "'messages: { from: 4KiB, limit: 2KiB }', 'no less than scan.messages.from, found 2KiB.'",
    "'messages: { form: 4KiB }', 'form'",
  })
  void saysWhatIsWrongWithMessages(String text, String said) {
    assertThat(problems(text)).anyMatch(problem -> problem.contains(said));
  }

  @Test
  void aClamdAtAUsualSocketIsTaken() throws IOException {
    Path socket = Files.createFile(folder.resolve("clamd.ctl"));
    ScanConfig config = absent(List.of(folder.resolve("other"), socket));
    assertThat(config.hasAntiVirus()).isTrue();
    assertThat(config.describe().getFirst())
        .isEqualTo("bodies up to 1GiB scanned by clamd at unix:" + socket);
    assertThat(String.join("\n", config.describe())).doesNotContain("not an anti-virus");
  }

  @Test
  void saysPlainlyThatTheBuiltInSignaturesAreNoAntiVirus() {
    assertThat(absent(List.of()).describe())
        .anyMatch(line -> line.contains("not an anti-virus") && line.contains("clamav-daemon"))
        .anyMatch(
            line -> line.contains("too-big, encrypted, engine-limit, excluded-by-rule, endless"));
  }

  @Test
  void saysThatOnlySomeRulesScan() {
    Problems problems = new Problems();
    ScanConfig config = Scans.config("default: none", folder, problems);
    assertThat(config.byDefault()).isEqualTo(ScanConfig.Default.NONE);
    assertThat(config.describe()).anyMatch(line -> line.contains("scan.default is none"));
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/run/clamav/clamd.ctl, unix:/run/clamav/clamd.ctl",
    "tcp:127.0.0.1:3310, tcp:127.0.0.1:3310",
    "tcp:[::1]:3310, tcp:[0:0:0:0:0:0:0:1]:3310"
  })
  void readsWhereClamdIs(String text, String said) {
    assertThat(ClamdAddress.parse(text)).map(ClamdAddress::toString).isEqualTo(Optional.of(said));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unix:",
        "unix:relative",
        "/run/clamd",
        "tcp:localhost:3310",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:0",
        "tcp:127.0.0.1:65536",
        "tcp:::1:3310",
        "tcp:[::1]",
        "tcp:1.2.3.4.5:1",
        "tcp:999.1.1.1:3310",
        "icap:127.0.0.1:1344"
      })
  void refusesAnythingElse(String text) {
    assertThat(ClamdAddress.parse(text)).isEmpty();
    assertThat(problems("engines: [ { clamd: '" + text + "' } ]"))
        .anyMatch(line -> line.contains("scan.engines[1].clamd: expected 'unix:/path"));
  }

  @Test
  void refusesAUnixPathThatTheKernelCannotHold() {
    assertThat(ClamdAddress.parse("unix:/" + "a".repeat(106))).isPresent();
    assertThat(ClamdAddress.parse("unix:/" + "a".repeat(107))).isEmpty();
  }

  @Test
  void everyMistakeIsNamed() {
    assertThat(problems("engines: []")).anyMatch(line -> line.contains("scan.engines is empty"));
    assertThat(problems("engines: [ { clamd: 'unix:/a', signatures: {} } ]"))
        .anyMatch(line -> line.contains("must have one key, clamd, icap or signatures"));
    assertThat(problems("engines: [ {} ]"))
        .anyMatch(line -> line.contains("must have one key, clamd, icap or signatures"));
    assertThat(problems("engines: [ { clamav: 'unix:/a' } ]"))
        .anyMatch(line -> line.contains("unknown key 'clamav'"));
    assertThat(problems("engines: { signatures: { eicar: false } }"))
        .anyMatch(line -> line.contains("nothing to look for"));
    assertThat(problems("limit: 100")).anyMatch(line -> line.contains("scan.limit: expected"));
    assertThat(problems("limit: 8MiB, spool: { disk: 4MiB }"))
        .anyMatch(line -> line.contains("scan.spool.disk (4MiB) has no room"));
    assertThat(problems("decoded: { ratio: 5 }"))
        .anyMatch(line -> line.contains("a whole number from 10 to 1000000"));
    assertThat(problems("decoded: { limit: 10KiB }"))
        .anyMatch(line -> line.contains("decoded.limit: expected 1MiB to"));
    assertThat(problems("decoded: { depth: 3 }"))
        .anyMatch(line -> line.contains("unknown key 'depth'"));
    assertThat(problems("engine-timeout: 1ms"))
        .anyMatch(line -> line.contains("scan.engine-timeout: expected 100ms"));
    assertThat(problems("unscanned: { asleep: block }"))
        .anyMatch(line -> line.contains("unknown key 'asleep'"));
    assertThat(problems("unscanned: { endless: pass }"))
        .anyMatch(line -> line.contains("one of deliver, block"));
  }

  @Test
  void aListThatIsNoListIsNamedWithItsLines() throws IOException {
    Files.writeString(folder.resolve("list"), "# fine\n" + "ab".repeat(32) + "\nnot a digest\n");
    assertThat(problems("engines: { signatures: { sha256: list } }"))
        .singleElement()
        .asString()
        .contains("list:3: error: expected 64 hexadecimal digits");
    Files.writeString(folder.resolve("long"), "x\n".repeat(1000));
    assertThat(problems("engines: { signatures: { sha256: long } }")).hasSize(5);
    assertThat(problems("engines: { signatures: { sha256: missing } }"))
        .singleElement()
        .asString()
        .contains("test.yaml:1:")
        .contains("missing cannot be read");
  }

  @Test
  void aSetFindsEveryDigestItWasGivenAndNoOther() {
    long seed = 23;
    Random random = new Random(seed);
    var builder = new DigestSet.Builder();
    byte[][] given = new byte[20_000][32];
    for (byte[] digest : given) {
      random.nextBytes(digest);
      builder.add(digest, HexFormat.of().formatHex(digest, 0, 4));
      builder.add(digest, "again");
    }
    DigestSet set = builder.build();
    assertThat(set.size()).isEqualTo(given.length);
    for (byte[] digest : given) {
      assertThat(set.find(digest)).contains(HexFormat.of().formatHex(digest, 0, 4));
      digest[31]++;
      assertThat(set.find(digest)).as("seed " + seed).isEmpty();
    }
    assertThat(DigestSet.EMPTY.find(new byte[32])).isEmpty();
  }
}
