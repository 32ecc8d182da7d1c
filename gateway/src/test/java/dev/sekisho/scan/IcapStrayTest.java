package dev.sekisho.scan;

import static dev.sekisho.scan.IcapTest.UNMODIFIED;
import static dev.sekisho.scan.IcapTest.oneConnection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.ScriptedIcap;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer to one body that comes while another one is in the server's hands. */
class IcapStrayTest {
  private static final byte[] BODY = Scans.bytes("checkpoint");
  private static final Scanner.Subject FIRST = Scans.download("http://a.example/first", null);
  private static final Scanner.Subject BAD = Scans.download("http://a.example/bad", null);
  private static final String OPTIONS =
      "ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nISTag: \"one\"\r\nAllow: 204\r\n"
          + "Encapsulated: null-body=0\r\n\r\n";
  private static final String FOUND = "ICAP/1.0 204 No\r\nX-Virus-ID: bad\r\n\r\n";

  /**
   * The server says that the first body is clean, and says so again on the same connection once it
   * has the whole of the second one, before it says what that is.
   */
  @Test
  void isNotTheAnswerToThatOther() throws Exception {
    AtomicReference<ScriptedIcap.Exchange> before = new AtomicReference<>();
    ScriptedIcap.Script late =
        exchange -> {
          exchange.body();
          if (exchange.encapsulated().contains("/first")) {
            before.set(exchange);
            exchange.say(UNMODIFIED);
          } else {
            sayAgain(before.get());
            exchange.say(FOUND);
          }
        };
    try (ScriptedIcap server = ScriptedIcap.with(late);
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      assertThat(Scans.scan(scanner, FIRST, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(Scans.scan(scanner, BAD, BODY))
          .isEqualTo(new Verdict.Infected(server.url(), "bad"));
    }
  }

  private static void sayAgain(ScriptedIcap.Exchange exchange) {
    try {
      exchange.say(UNMODIFIED);
    } catch (IOException _) {
      // Nobody listens there any more.
    }
  }

  /** A fence is passed by nothing that could be the answer to a body. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        UNMODIFIED,
        "ICAP/1.0 200 OK\r\nISTag: \"one\"\r\nEncapsulated: null-body=0\r\n\r\n",
        "ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nEncapsulated: res-hdr=0, null-body=19\r\n\r\n"
            + "HTTP/1.1 200 OK\r\n\r\n",
        "ICAP/1.0 500 Oops\r\n\r\n",
        "x",
      })
  void doesNotPassTheFence(String stray) throws Exception {
    AtomicReference<ScriptedIcap> self = new AtomicReference<>();
    ScriptedIcap.Script second =
        exchange -> {
          exchange.body();
          if (exchange.encapsulated().contains("/bad")) {
            exchange.say(FOUND);
          } else {
            self.get().answeringOptions(stray + OPTIONS);
            exchange.say(UNMODIFIED);
          }
        };
    try (ScriptedIcap server = ScriptedIcap.with(second).answeringOptions(OPTIONS);
        BodyScanner scanner = oneConnection(server, "")) {
      self.set(server);
      assertThat(Scans.scan(scanner, FIRST, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(Scans.scan(scanner, BAD, BODY))
          .isEqualTo(new Verdict.Infected(server.url(), "bad"));
      assertThat(server.accepted()).isGreaterThanOrEqualTo(2);
    }
  }

  /** Also where the true answer to OPTIONS comes first. */
  @Test
  void behindTheOptionsItDoesNotPassEither() throws Exception {
    AtomicReference<ScriptedIcap> self = new AtomicReference<>();
    ScriptedIcap.Script second =
        exchange -> {
          exchange.body();
          if (exchange.encapsulated().contains("/bad")) {
            exchange.say(FOUND);
          } else {
            self.get().answeringOptions(OPTIONS + UNMODIFIED);
            exchange.say(UNMODIFIED);
          }
        };
    try (ScriptedIcap server = ScriptedIcap.with(second).answeringOptions(OPTIONS);
        BodyScanner scanner = oneConnection(server, "")) {
      self.set(server);
      assertThat(Scans.scan(scanner, FIRST, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      assertThat(Scans.scan(scanner, BAD, BODY))
          .isEqualTo(new Verdict.Infected(server.url(), "bad"));
    }
  }

  @Test
  void aFenceThatIsPassedKeepsTheConnection() throws Exception {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner = oneConnection(server, "")) {
      for (int i = 0; i < 20; i++) {
        assertThat(Scans.scan(scanner, FIRST, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      }
      assertThat(server.accepted()).isEqualTo(1);
      assertThat(server.asked()).as("before each body").isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void unlessToldOtherwiseNoConnectionHasTwoBodies() throws Exception {
    try (ScriptedIcap server = ScriptedIcap.saying(UNMODIFIED);
        BodyScanner scanner = IcapTest.scanner(server, "")) {
      for (int i = 0; i < 5; i++) {
        assertThat(Scans.scan(scanner, FIRST, BODY)).isEqualTo(new Verdict.Clean(server.url()));
      }
      assertThat(server.accepted())
          .isEqualTo(server.exchanges().size() + server.trials() + server.asked());
    }
  }
}
