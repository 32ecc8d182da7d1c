package dev.sekisho.scan;

import static dev.sekisho.scan.IcapTest.UNMODIFIED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedIcap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of an ICAP server that are remembered. */
class IcapCacheTest {
  private static final byte[] BODY = Scans.bytes("checkpoint");
  private static final Scanner.Subject UPLOAD = Scans.uploadTo("http://a.example/up", null);

  @TempDir Path folder;

  private BodyScanner scanner(ScriptedIcap server, String more) throws IOException {
    return BodyScanner.start(
        Scans.config("engines: { icap: { url: '" + server.url() + "'" + more + " } }"), folder);
  }

  private static void assertAsked(ScriptedIcap server, int times) {
    assertThat(server.exchanges()).hasSize(times);
  }

  /** Until the service is known, and what it does not tell. */
  private static void warm(BodyScanner scanner) {
    Scans.await(() -> !scanner.version(Scanner.Direction.DOWN).isEmpty());
  }

  @Test
  void unlessToldSoEachBodyIsAskedAbout() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner = scanner(server, "")) {
      for (int i = 0; i < 3; i++) {
        assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      }
      assertAsked(server, 3);
    }
  }

  @Test
  void theHundredthDownloadCostsNoQuestion() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED)) {
      try (BodyScanner scanner = scanner(server, ", cache: true")) {
        warm(scanner);
        for (int i = 0; i < 100; i++) {
          Scanner.Subject other = Scans.download("http://a.example/" + i, null);
          assertThat(Scans.scan(scanner, other, BODY)).isEqualTo(new Verdict.Clean(server.url()));
        }
        assertAsked(server, 1);
      }
      try (BodyScanner scanner = scanner(server, ", cache: true")) {
        warm(scanner);
        assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(server.url()));
        assertAsked(server, 1);
      }
    }
  }

  @Test
  void anotherTagEndsWhatWasRemembered() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED).offering("ISTag: \"one\"\r\nAllow: 204");
        BodyScanner scanner = scanner(server, ", cache: true")) {
      warm(scanner);
      Scans.scan(scanner, BODY);
      Scans.scan(scanner, BODY);
      assertAsked(server, 1);
      String before = scanner.version(Scanner.Direction.DOWN);
      server.offering("ISTag: \"two\"\r\nAllow: 204");
      Scans.await(() -> !scanner.version(Scanner.Direction.DOWN).equals(before));
      Scans.scan(scanner, BODY);
      assertAsked(server, 2);
    }
  }

  @Test
  void withoutATagNothingIsRemembered() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying("ICAP/1.0 204 No\r\n\r\n")
                .offering("Allow: 204")
                .telling(_ -> "ICAP/1.0 204 No\r\n\r\n");
        BodyScanner scanner = scanner(server, ", cache: true")) {
      for (int i = 0; i < 3; i++) {
        Scans.scan(scanner, BODY);
      }
      assertAsked(server, 3);
    }
  }

  @Test
  void anUploadIsAnotherQuestionThanADownloadAlsoAtTheSameTime() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedIcap server =
            ScriptedIcap.with(exchange -> {
              exchange.body();
              reached.countDown();
              goOn.await();
              exchange.say(UNMODIFIED);
            });
        BodyScanner scanner = scanner(server, ", cache: true")) {
      warm(scanner);
      CompletableFuture<Verdict> down = Scans.begin(scanner, List.of(ByteBuffer.wrap(BODY)), null);
      reached.await();
      CompletableFuture<Verdict> up = Scans.begin(scanner, UPLOAD, List.of(ByteBuffer.wrap(BODY)));
      goOn.countDown();
      assertThat(down.join()).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(up.join()).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(server.exchanges().stream().map(one -> one.head().substring(0, 6)))
          .containsExactly("RESPMO", "REQMOD");
    }
  }

  @Test
  void whatAServiceWantsDeliveredInsteadIsAskedForEachTime() throws IOException {
    String other = ScriptedIcap.answer(200, "", "HTTP/1.1 200 OK\r\n\r\n", "another");
    try (ScriptedIcap server = ScriptedIcap.saying(other);
        BodyScanner scanner = scanner(server, ", cache: true")) {
      Scans.await(() -> scanner.engines().getFirst().state() == EngineStatus.State.UP);
      for (int i = 0; i < 3; i++) {
        assertThat(Scans.scan(scanner, BODY))
            .isInstanceOfSatisfying(
                Verdict.Clean.class, clean -> assertThat(clean.instead()).isPresent());
      }
      assertAsked(server, 3);
    }
  }
}
