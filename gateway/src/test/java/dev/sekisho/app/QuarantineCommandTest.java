package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.net.DomainName;
import dev.sekisho.scan.BodyScanner;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineCommandTest {
  private static final String ID = "01890000-0000-7000-8000-0000000000ab";

  /** In pieces, so that no scanner takes this file for one. */
  private static final byte[] EICAR =
      ("X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*")
          .getBytes(StandardCharsets.ISO_8859_1);

  @TempDir Path folder;

  private Path config;

  private static final Scanner.Heads HEADS =
      new Scanner.Heads() {
        @Override
        public Scanner.Head request() {
          return new Scanner.Head("GET http://files.example/a HTTP/1.1", List.of());
        }

        @Override
        public Optional<Scanner.Head> response() {
          return Optional.empty();
        }

        @Override
        public String client() {
          return "192.0.2.7";
        }

        @Override
        public String user() {
          return "";
        }
      };

  @BeforeEach
  void keepOne() throws IOException {
    config =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            "scan: { engines: { signatures: {} }, quarantine: { keep: 7d } }\n");
    Problems problems = new Problems();
    Configuration read = Configuration.load(Optional.of(config), problems).orElseThrow();
    assertThat(problems.all()).isEmpty();
    try (BodyScanner scanner = BodyScanner.start(read.scan(), folder.resolve("state"))) {
      var verdict = new CompletableFuture<Verdict>();
      HeldBody body = scanner.spool().begin();
      body.add(ByteBuffer.wrap(EICAR));
      body.end();
      scanner.scan(
          new Scanner.Subject(
              Scanner.Direction.UP,
              new DomainName("files.example"),
              "/a/b",
              null,
              -1,
              null,
              HEADS,
              ID),
          body,
          Runnable::run,
          verdict::complete);
      assertThat(verdict.join()).isInstanceOf(Verdict.Infected.class);
      body.release();
    }
  }

  private Said quarantine(String... words) {
    List<String> all = new ArrayList<>(List.of("quarantine"));
    all.addAll(List.of(words));
    all.addAll(List.of("-c", config.toString(), "--state", folder.resolve("state").toString()));
    return Said.by(all.toArray(String[]::new));
  }

  @Test
  void withoutACommandItSaysHowItIsUsed() {
    assertThat(Said.by("quarantine").status()).isEqualTo(Exit.USAGE);
    assertThat(quarantine("release", ID).status()).isEqualTo(Exit.USAGE);
  }

  @Test
  void theListHasALineForEach() {
    Said said = quarantine("list");
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    assertThat(said.out().lines())
        .singleElement()
        .asString()
        .startsWith(ID)
        .contains("up", "68 bytes", "files.example", "signatures: EICAR-Test-File")
        .doesNotContain("/a/b");
  }

  @Test
  void withoutTheSectionWhatWasKeptIsStillThere() throws IOException {
    Files.writeString(config, "scan: { default: none }\n");
    assertThat(quarantine("list").out()).startsWith(ID);
  }

  @Test
  void showTellsWhatIsKnownOfOne() {
    Said said = quarantine("show", ID);
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    assertThat(said.out())
        .contains("length     68")
        .contains("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
  }

  @Test
  void oneIsReleasedIntoANewFileAndStays() throws IOException {
    Path to = folder.resolve("released");
    Said said = quarantine("release", ID, "--to", to.toString());
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    assertThat(said.out()).contains("68 bytes, in which signatures found EICAR-Test-File");
    assertThat(to).hasBinaryContent(EICAR);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
        .isEqualTo("rw-------");
    Said again = quarantine("release", ID, "--to", to.toString());
    assertThat(again.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(again.err()).contains("there already");
    Said nowhere = quarantine("release", ID, "--to", folder.resolve("no/where").toString());
    assertThat(nowhere.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(quarantine("list").out()).startsWith(ID);
  }

  @Test
  void oneIsRemovedAndIsNotThereThen() {
    assertThat(quarantine("remove", ID).status()).isEqualTo(Exit.FINE);
    assertThat(quarantine("list").out()).contains("Nothing is in quarantine");
    for (String word : List.of("show", "remove")) {
      Said said = quarantine(word, ID);
      assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
      assertThat(said.err()).contains("There is no " + ID);
    }
    assertThat(quarantine("show", "../quarantine.key").status()).isEqualTo(Exit.USER_ERROR);
  }

  @Test
  void aMissingKeyIsNamed() throws IOException {
    Files.delete(folder.resolve("state/quarantine.key"));
    Said said = quarantine("show", ID);
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("quarantine.key");
    assertThat(quarantine("list").out()).contains("cannot be opened", "quarantine.key");
  }
}
