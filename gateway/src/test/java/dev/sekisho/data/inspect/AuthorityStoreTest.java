package dev.sekisho.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityStoreTest {
  private static final Instant NOW = Instant.now();

  @TempDir Path state = Path.of("");

  private AuthorityStore store() {
    return new AuthorityStore(state);
  }

  private X509Certificate current() throws IOException {
    return store().look().orElseThrow().current().certificate();
  }

  @Test
  void theFirstIsMadeOnceAndFoundAgain() throws IOException {
    assertThat(store().look()).isEmpty();
    Authorities made = store().open("node-1", NOW);
    assertThat(store().open("node-1", NOW).current().certificate())
        .isEqualTo(made.current().certificate());
    assertThat(made.next()).isEmpty();
    assertThat(made.current().certificate().getSubjectX500Principal().getName())
        .matches("CN=Sekisho inspection authority node-1 \\d{4}-\\d\\d [0-9a-f]{4}");
  }

  @Test
  void filesAreItsOwnersAlone() throws IOException {
    store().open("node-1", NOW);
    store().rotate(AuthorityStore.Pace.OVERLAP, "node-1", NOW);
    store().rotate(AuthorityStore.Pace.OVERLAP, "node-1", NOW);
    try (Stream<Path> files = Files.list(state.resolve("authority"))) {
      List<Path> all = files.toList();
      assertThat(all)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("current.pem", "previous.pem");
      for (Path file : all) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void manyWhoStartAtOnceGetTheSame() throws Exception {
    Set<X509Certificate> seen = new HashSet<>();
    try (var pool = Executors.newFixedThreadPool(16)) {
      List<Callable<Authorities>> tasks = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        tasks.add(() -> store().open("node-1", NOW));
      }
      for (Future<Authorities> each : pool.invokeAll(tasks)) {
        seen.add(each.get().current().certificate());
      }
    }
    assertThat(seen).hasSize(1);
    try (Stream<Path> files = Files.list(state.resolve("authority"))) {
      assertThat(files).as("nothing half-made is left").hasSize(1);
    }
  }

  @Test
  void twoProcessesThatStartAtOnceGetTheSame() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Opener.class.getName(),
                  state.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
    Set<String> seen = new HashSet<>();
    for (Process process : processes) {
      seen.add(new String(process.getInputStream().readAllBytes()).strip());
      assertThat(process.waitFor()).isZero();
    }
    assertThat(seen).hasSize(1).containsExactly(Authority.fingerprint(current()));
  }

  /** Opens the store as a process of its own and prints which authority it got. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) throws IOException {
      Authorities got = new AuthorityStore(Path.of(arguments[0])).open("node-1", Instant.now());
      System.out.println(Authority.fingerprint(got.current().certificate()));
    }
  }

  @Test
  void aRotationAnnouncesFirstAndChangesThen() throws IOException {
    X509Certificate old = store().open("node-1", NOW).current().certificate();
    AuthorityStore.Rotated first = store().rotate(AuthorityStore.Pace.OVERLAP, "node-1", NOW);
    assertThat(first).isInstanceOf(AuthorityStore.Rotated.Announced.class);
    assertThat(current()).isEqualTo(old);
    Authorities both = store().look().orElseThrow();
    X509Certificate next = both.next().orElseThrow().certificate();
    assertThat(Pem.certificates(both.published().getBytes())).containsExactly(old, next);
    assertThat(Pem.certificate(both.publishedDer())).isEqualTo(old);
    assertThat(both.published()).doesNotContain("PRIVATE");

    AuthorityStore.Rotated second = store().rotate(AuthorityStore.Pace.OVERLAP, "node-1", NOW);
    assertThat(second).isInstanceOf(AuthorityStore.Rotated.Changed.class);
    assertThat(current()).isEqualTo(next);
    assertThat(store().look().orElseThrow().next()).isEmpty();
    assertThat(Pem.certificates(Files.readAllBytes(store().previousFile()))).containsExactly(old);
  }

  @Test
  void aRotationNowChangesInOneStep() throws IOException {
    X509Certificate old = store().open("node-1", NOW).current().certificate();
    store().rotate(AuthorityStore.Pace.AT_ONCE, "node-1", NOW);
    assertThat(current()).isNotEqualTo(old);
    assertThat(store().look().orElseThrow().next()).isEmpty();
  }

  @Test
  void whatIsThereAndDamagedIsNeverReplacedByANewOne() throws IOException {
    Files.createDirectories(state.resolve("authority"));
    Files.writeString(store().file(), "damaged");
    assertThatThrownBy(() -> store().open("node-1", NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no certificate");
    assertThat(Files.readString(store().file())).isEqualTo("damaged");
  }

  @Test
  void anExpiredOneIsSaidAndCanBeRotated() throws IOException {
    Authority old = store().open("node-1", NOW).current();
    Instant later = old.end().plusSeconds(1);
    assertThatThrownBy(() -> store().open("node-1", later))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expired on")
        .hasMessageContaining("sekisho ca rotate --now");
    store().rotate(AuthorityStore.Pace.AT_ONCE, "node-1", later);
    assertThat(store().open("node-1", later).current().certificate())
        .isNotEqualTo(old.certificate());
  }
}
