package dev.sekisho.scan;

import static dev.sekisho.scan.IcapTest.UNMODIFIED;
import static dev.sekisho.testing.ScriptedIcap.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.EngineStatus.Blind;
import dev.sekisho.testing.ScriptedIcap;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a service says of bodies that nobody can look into. */
class IcapTrialTest {
  private static final byte[] BODY = Scans.bytes("checkpoint");
  private static final Scanner.Subject UPLOAD = Scans.uploadTo("http://a.example/up", null);
  private static final String MARKED =
      answer(200, "", "HTTP/1.1 200 OK\r\nX-Looked: yes\r\n\r\n", "marked");

  private static Verdict clean(String url, String notTold) {
    return new Verdict.Clean(
        url, Optional.empty(), Optional.of(url + " does not tell of " + notTold));
  }

  private static Set<Blind> blind(BodyScanner scanner) {
    return scanner.engines().getFirst().blind();
  }

  @Test
  void oneThatCallsThemCleanIsKnownForItAndSoIsEachBodyThatItCallsClean() throws IOException {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED).telling(_ -> UNMODIFIED);
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      String both = "encrypted archives and what exceeds its limits";
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(clean(server.url(), both));
      assertThat(Scans.scan(scanner, UPLOAD, BODY)).isEqualTo(clean(server.url(), both));
      assertThat(blind(scanner)).containsOnly(Blind.ENCRYPTED, Blind.LIMITS);
      assertThat(server.trials()).as("once, not for each body").isEqualTo(2);
    }
  }

  @Test
  void whatItTellsOfIsNotHeldAgainstIt() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED)
                .telling(trial ->
                    trial.contains("encr")
                        ? UNMODIFIED
                        : answer(200, "", "HTTP/1.1 403 No\r\n\r\n", "no"));
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(clean(server.url(), "encrypted archives"));
      assertThat(blind(scanner)).containsOnly(Blind.ENCRYPTED);
    }
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of(true, Set.of(Blind.ENCRYPTED, Blind.LIMITS)), Arguments.of(false, Set.of()));
  }

  /** A mark on what was not looked into tells, but not from a service that marks everything. */
  @ParameterizedTest
  @MethodSource("changes")
  void oneThatChangesEverythingTellsNothingByThat(boolean everything, Set<Blind> blind)
      throws Exception {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED)
                .telling(trial -> everything || trial.startsWith("PK") ? MARKED : UNMODIFIED);
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, BODY)).isInstanceOf(Verdict.Clean.class);
      assertThat(blind(scanner)).isEqualTo(blind);
    }
  }

  @Test
  void whereItSaysNothingOfThemThatIsSaid() throws IOException {
    try (ScriptedIcap server =
            ScriptedIcap.saying(UNMODIFIED).telling(_ -> "ICAP/1.0 500 Oops\r\n\r\n");
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, BODY))
          .isInstanceOfSatisfying(
              Verdict.Clean.class,
              clean -> assertThat(clean.caveat().orElseThrow()).endsWith("is not known yet"));
      assertThat(scanner.engines().getFirst().state())
          .as("it scans everything else")
          .isEqualTo(EngineStatus.State.UP);
    }
  }

  @Test
  void itIsTriedAgainWhenItsTagChanges() throws Exception {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(blind(scanner)).isEmpty();
      server.telling(_ -> UNMODIFIED.replace("one", "two"));
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      server.offering("ISTag: \"two\"\r\nMethods: RESPMOD\r\nAllow: 204");
      Scans.await(() -> blind(scanner).size() == 2);
    }
  }

  @Test
  void andWhenItComesBackAlsoBeforeTheFirstBodyIsToldToBeClean() throws Exception {
    ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
    String url = server.url();
    try (BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(url));
      server.close();
      assertThat(Scans.scan(scanner, BODY)).isInstanceOf(Verdict.Unscanned.class);
      assertThat(blind(scanner)).isEmpty();
      try (ScriptedIcap again =
          ScriptedIcap.saying(server.port(), UNMODIFIED).telling(_ -> UNMODIFIED)) {
        assertThat(Scans.scan(scanner, BODY))
            .isEqualTo(clean(url, "encrypted archives and what exceeds its limits"));
      }
    }
  }

  @Test
  void aServiceForUploadsIsTriedWithUploads() throws IOException {
    try (ScriptedIcap down = ScriptedIcap.saying(UNMODIFIED);
        ScriptedIcap up =
            ScriptedIcap.saying(UNMODIFIED)
                .offering("Methods: REQMOD\r\nAllow: 204")
                .telling(_ -> UNMODIFIED);
        BodyScanner scanner =
            Scans.scanner(
                "engines: { icap: { url: '" + down.url() + "', upload: '" + up.url() + "' } }")) {
      assertThat(Scans.scan(scanner, UPLOAD, BODY))
          .isInstanceOfSatisfying(
              Verdict.Clean.class,
              clean -> assertThat(clean.caveat().orElseThrow()).contains("does not tell of"));
      assertThat(scanner.engines().getLast().blind()).hasSize(2);
      assertThat(Scans.scan(scanner, BODY)).isEqualTo(new Verdict.Clean(down.url()));
    }
  }
}
