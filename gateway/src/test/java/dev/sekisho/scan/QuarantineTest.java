package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.scan.Quarantine.Kept;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
  private static final Verdict.Infected INFECTED = new Verdict.Infected("clamd", "Eicar-Test");

  @TempDir Path state;

  private Instant now = Instant.now();
  private final InstantSource clock = () -> now;

  private static String id(int number) {
    return "01890000-0000-7000-8000-%012d".formatted(number);
  }

  private static Scanner.Subject subject(int number, @Nullable String coding) {
    Scanner.Subject any = Scans.subject(coding);
    return new Scanner.Subject(
        any.direction(), any.host(), any.path(), null, -1, coding, any.heads(), id(number));
  }

  private static Body.Source source(byte[] body) {
    return new Pieces(List.of(ByteBuffer.wrap(body)));
  }

  private static QuarantineConfig config(Duration keep, long limit) {
    return new QuarantineConfig(Optional.empty(), keep, limit, Optional.empty());
  }

  private Quarantine quarantine() {
    return new Quarantine(QuarantineConfig.USUAL, state);
  }

  private QuarantineKeeper keeper(QuarantineConfig config) {
    return new QuarantineKeeper(new Quarantine(config, state), config, clock);
  }

  private void keep(int number, byte[] body) {
    try (QuarantineKeeper keeper = keeper(QuarantineConfig.USUAL)) {
      keeper.keep(subject(number, null), source(body), INFECTED);
    }
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  @Test
  void whatWasKeptIsReleasedAsItWasSent() throws IOException {
    int number = 0;
    for (int length : new int[] {0, 1, 65535, 65536, 65537, 131072, 1_000_003}) {
      byte[] body = noise(length);
      keep(++number, body);
      Path to = state.resolve("released-" + length);
      QuarantineItem item = quarantine().release(id(number), to);
      assertThat(Files.readAllBytes(to)).isEqualTo(body);
      assertThat(item.length()).isEqualTo(length);
      assertThat(item.sha256()).isEqualTo(HexFormat.of().formatHex(Sha256.begin().digest(body)));
    }
  }

  @Test
  void theListSaysWhatItIs() throws IOException {
    try (QuarantineKeeper keeper = keeper(QuarantineConfig.USUAL)) {
      keeper.keep(subject(2, null), source(noise(10)), INFECTED);
      keeper.keep(subject(1, "gzip"), source(noise(10)), INFECTED);
    }
    assertThat(quarantine().list()).map(Kept::record).containsExactly(id(1), id(2));
    QuarantineItem item = quarantine().show(id(1));
    assertThat(item.host()).isEqualTo("files.example");
    assertThat(item.engine()).isEqualTo("clamd");
    assertThat(item.name()).isEqualTo("Eicar-Test");
    assertThat(item.coding()).isEqualTo("gzip");
    assertThat(item.direction()).isEqualTo(Scanner.Direction.DOWN);
    assertThat(item.kept().toEpochMilli()).isEqualTo(now.toEpochMilli());
  }

  @Test
  void nothingOfItIsReadableOnDiskAndOnlyForItsOwner() throws IOException {
    keep(1, Scans.eicar());
    byte[] file = Files.readAllBytes(state.resolve("quarantine").resolve(id(1)));
    String text = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(text).doesNotContain("EICAR", "Eicar", "files.example", "clamd");
    for (String name : List.of("quarantine/" + id(1), "quarantine.key")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(name))))
          .as(name)
          .isEqualTo("rw-------");
    }
  }

  @Test
  void anotherKeyOpensNothingAndReleasesNothing() throws IOException {
    keep(1, noise(100));
    Files.writeString(state.resolve("quarantine.key"), "0f".repeat(32));
    Path to = state.resolve("released");
    assertThatThrownBy(() -> quarantine().release(id(1), to)).hasMessageContaining("the key");
    assertThat(to).doesNotExist();
    assertThat(quarantine().list())
        .singleElement()
        .isInstanceOfSatisfying(
            Kept.Unreadable.class, one -> assertThat(one.why()).contains("the key"));
    Files.writeString(state.resolve("quarantine.key"), "not a key");
    assertThatThrownBy(() -> quarantine().show(id(1))).hasMessageContaining("openssl rand");
  }

  @Test
  void aFileThatWasCutOrChangedIsNotReleased() throws IOException {
    keep(1, noise(200_000));
    Path file = state.resolve("quarantine").resolve(id(1));
    byte[] whole = Files.readAllBytes(file);
    Path to = state.resolve("released");
    Random random = new Random(8);
    for (int i = 0; i < 60; i++) {
      Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length)));
      assertNotReleased(to);
      byte[] changed = whole.clone();
      changed[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, changed);
      assertNotReleased(to);
    }
    Files.write(file, Scans.join(whole, new byte[1]));
    assertNotReleased(to);
    Files.write(file, whole);
    quarantine().release(id(1), to);
    assertThat(to).hasSize(200_000);
  }

  private void assertNotReleased(Path to) throws IOException {
    assertThatThrownBy(() -> quarantine().release(id(1), to)).isInstanceOf(IOException.class);
    assertThat(to).doesNotExist();
    try (Stream<Path> left = Files.list(state)) {
      assertThat(left)
          .map(Path::getFileName)
          .map(Path::toString)
          .noneMatch(n -> n.contains(".new"));
    }
  }

  @Test
  void framesCannotBeLeftOutAtTheirBorders() throws IOException {
    keep(1, noise(3 << 16));
    Path file = state.resolve("quarantine").resolve(id(1));
    byte[] whole = Files.readAllBytes(file);
    int frame = 4 + (1 << 16) + 16;
    Files.write(file, Arrays.copyOf(whole, whole.length - frame));
    assertNotReleased(state.resolve("released"));
    byte[] withoutOne =
        Scans.join(
            Arrays.copyOf(whole, whole.length - 3 * frame),
            Arrays.copyOfRange(whole, whole.length - 2 * frame, whole.length));
    Files.write(file, withoutOne);
    assertNotReleased(state.resolve("released"));
  }

  @Test
  void aFileUnderAnotherNameIsNotTakenForItsRecord() throws IOException {
    keep(1, noise(10));
    Path folder = state.resolve("quarantine");
    Files.move(folder.resolve(id(1)), folder.resolve(id(2)));
    assertThatThrownBy(() -> quarantine().show(id(2))).hasMessageContaining(id(1));
  }

  @Test
  void aReleaseNeverOverwritesAndARecordIsNeverAPath() throws IOException {
    keep(1, noise(10));
    Path there = Files.writeString(state.resolve("there"), "mine");
    assertThatThrownBy(() -> quarantine().release(id(1), there))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(there).hasContent("mine");
    for (String id : List.of("../quarantine.key", "", ".", id(9))) {
      assertThatThrownBy(() -> quarantine().show(id)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> quarantine().remove(id)).isInstanceOf(NoSuchFileException.class);
    }
    quarantine().remove(id(1));
    assertThat(quarantine().list()).isEmpty();
  }

  @Test
  void whatAKillLeftHalfIsNeitherListedNorThereAfterAStart() throws IOException {
    keep(1, noise(10));
    Path half =
        Files.write(
            state.resolve("quarantine").resolve(id(2) + "-123.new"),
            Files.readAllBytes(state.resolve("quarantine").resolve(id(1))));
    assertThat(quarantine().list()).map(Kept::record).containsExactly(id(1));
    keeper(QuarantineConfig.USUAL).close();
    assertThat(half).doesNotExist();
    assertThat(quarantine().list()).hasSize(1);
  }

  @Test
  void aBodyThatCannotBeReadToItsEndLeavesNothing() throws IOException {
    Body.Source breaks =
        new Body.Source() {
          private int opened;

          @Override
          public InputStream open() {
            byte[] body = noise(100_000);
            return opened++ == 0
                ? new ByteArrayInputStream(body)
                : new ByteArrayInputStream(body) {
                  @Override
                  public int read(byte[] into, int offset, int length) {
                    throw new IllegalStateException("the spool is gone");
                  }
                };
          }

          @Override
          public long length() {
            return 100_000;
          }
        };
    try (QuarantineKeeper keeper = keeper(QuarantineConfig.USUAL)) {
      keeper.keep(subject(1, null), breaks, INFECTED);
    }
    try (Stream<Path> left = Files.list(state.resolve("quarantine"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void theOldestMakesRoom() throws IOException {
    QuarantineConfig small = config(Duration.ofDays(1), 3 * 8192);
    try (QuarantineKeeper keeper = keeper(small)) {
      for (int i = 1; i <= 5; i++) {
        keeper.keep(subject(i, null), source(noise(5000)), INFECTED);
      }
      assertThat(quarantine().list()).map(Kept::record).containsExactly(id(3), id(4), id(5));
      quarantine().remove(id(3));
      keeper.keep(subject(6, null), source(noise(5000)), INFECTED);
      keeper.keep(subject(7, null), source(noise(30_000)), INFECTED);
      assertThat(quarantine().list()).map(Kept::record).containsExactly(id(4), id(5), id(6));
    }
    keeper(config(Duration.ofDays(1), 8192)).close();
    assertThat(quarantine().list()).map(Kept::record).containsExactly(id(6));
  }

  @Test
  void whatIsTooOldIsDeleted() throws IOException {
    keep(1, noise(10));
    now = now.plus(Duration.ofDays(29));
    keep(2, noise(10));
    assertThat(quarantine().list()).hasSize(2);
    now = now.plus(Duration.ofDays(2));
    keeper(QuarantineConfig.USUAL).close();
    assertThat(quarantine().list()).isEmpty();
  }

  @Test
  void anInfectedBodyIsKeptAsItWasSentAndCleanOnesAreNot() throws Exception {
    ScanConfig config = Scans.config("quarantine: {}");
    try (BodyScanner scanner = BodyScanner.start(config, state)) {
      assertThat(Scans.scan(scanner, Scans.bytes("clean"))).isInstanceOf(Verdict.Clean.class);
      assertThat(quarantine().list()).isEmpty();
      assertThat(Scans.scan(scanner, Scans.gzip(Scans.eicar()), "gzip"))
          .isInstanceOf(Verdict.Infected.class);
    }
    Path to = state.resolve("released");
    quarantine().release(Scans.subject(null).record(), to);
    assertThat(to).hasBinaryContent(Scans.gzip(Scans.eicar()));
  }

  @Test
  void anInterruptedThreadKeepsItAllTheSame() throws Exception {
    try (QuarantineKeeper keeper = keeper(QuarantineConfig.USUAL)) {
      var interrupted = new CompletableFuture<Boolean>();
      Thread.ofVirtual()
          .start(() -> {
            Thread.currentThread().interrupt();
            keeper.keep(subject(1, null), source(noise(200_000)), INFECTED);
            interrupted.complete(Thread.interrupted());
          });
      assertThat(interrupted.get()).isTrue();
    }
    assertThat(quarantine().show(id(1)).length()).isEqualTo(200_000);
  }

  @Test
  void aQuarantineThatCannotBeWrittenChangesNoVerdict() throws IOException {
    Files.writeString(state.resolve("quarantine"), "a file in its place");
    try (BodyScanner scanner = BodyScanner.start(Scans.config("quarantine: {}"), state)) {
      assertThat(Scans.scan(scanner, Scans.eicar()))
          .isEqualTo(new Verdict.Infected("signatures", Eicar.NAME));
    }
  }

  @Test
  void aKeyOfTheOwnersMustBeOne() throws IOException {
    Path key = Files.writeString(state.resolve("key"), "0f".repeat(32) + "\n");
    var problems = new dev.sekisho.config.Problems();
    ScanConfig config = Scans.config("quarantine: { key: key, folder: kept }", state, problems);
    assertThat(problems.all()).isEmpty();
    assertThat(config.quarantine().orElseThrow().folder()).contains(state.resolve("kept"));
    Files.writeString(key, "secret");
    Scans.config("quarantine: { key: key }", state, problems);
    assertThat(problems.all())
        .singleElement()
        .asString()
        .contains("scan.quarantine.key", "64 hexadecimal digits")
        .doesNotContain("secret");
  }
}
