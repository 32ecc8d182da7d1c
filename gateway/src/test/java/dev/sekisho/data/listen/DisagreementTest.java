package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the CONNECT, TLS and the Host field name need not be the same. Whatever they say, nothing
 * goes out but what policy allows for each of them.
 */
class DisagreementTest {
  private static final String POLICY =
      """
      policy:
        rules:
          - { name: a, to: { host: [a.example, 127.0.0.1], address: 127.0.0.0/8 }, action: allow }
          - { name: part of b, to: { host: b.example, path: /open/**, address: 127.0.0.0/8 }, action: allow }
          - { name: c by GET, to: { host: c.example, address: 127.0.0.0/8 }, method: GET, action: allow }
      inspect: { never: [ { name: banks, host: bank.example } ], cannot-open: { not-http1: tunnel } }
      """;
  private static final String NAMES =
      "127.0.0.1 a.example b.example c.example bank.example evil.example\n";

  @TempDir private static Path folder;

  private static TestGateway gateway;
  private static ScriptedOrigin origin;

  @BeforeAll
  static void start() throws Exception {
    TestCertificate certificate =
        TestCertificate.make(
            folder, "a.example", "b.example", "c.example", "bank.example", "evil.example");
    SSLContext showing = certificate.showing();
    origin =
        ScriptedOrigin.secure(
            showing,
            line -> {
              while (!line.readHead().isEmpty()) {
                line.readBody();
                line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
              }
            });
    gateway =
        TestGateway.start(
            "origin: { trust: [" + certificate.certificate() + "] }\n" + POLICY,
            new TestGateway.Surroundings(
                Optional.empty(), Optional.empty(), NAMES, UnaryOperator.identity()));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    origin.close();
  }

  /** What the client gets. */
  private enum Outcome {
    SERVED,
    /** A page inside says no, and the origin heard nothing of the request. */
    REFUSED_INSIDE,
    /** No TLS came about. */
    CUT_OFF
  }

  /**
   * @param sni empty for none
   */
  private record Case(
      String connect, String sni, String method, String host, String path, Outcome outcome) {}

  static List<Case> cases() {
    return Stream.of(
            agreeing(), byConnect(), byServerName(), byHost(), byAddress(), bySealedNames())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Case> agreeing() {
    return List.of(
        new Case("a.example", "a.example", "GET", "a.example", "/", Outcome.SERVED),
        new Case("a.example", "A.Example", "GET", "A.EXAMPLE", "/", Outcome.SERVED),
        new Case("a.example", "", "GET", "a.example", "/", Outcome.SERVED),
        new Case("b.example", "b.example", "GET", "b.example", "/open/x", Outcome.SERVED),
        new Case("b.example", "b.example", "GET", "b.example", "/shut", Outcome.REFUSED_INSIDE),
        new Case("c.example", "c.example", "GET", "c.example", "/", Outcome.SERVED),
        new Case("c.example", "c.example", "PUT", "c.example", "/", Outcome.REFUSED_INSIDE),
        new Case(
            "evil.example", "evil.example", "GET", "evil.example", "/", Outcome.REFUSED_INSIDE));
  }

  private static List<Case> byConnect() {
    return List.of(
        new Case("evil.example", "a.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("evil.example", "", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("evil.example", "evil.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("b.example", "a.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("b.example", "a.example", "GET", "a.example", "/open/x", Outcome.SERVED),
        new Case("c.example", "a.example", "PUT", "a.example", "/", Outcome.REFUSED_INSIDE));
  }

  private static List<Case> byServerName() {
    return List.of(
        new Case("a.example", "evil.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "evil.example", "GET", "evil.example", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "b.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "b.example", "GET", "a.example", "/open/", Outcome.SERVED),
        new Case("a.example", "c.example", "GET", "a.example", "/", Outcome.SERVED),
        new Case("a.example", "c.example", "POST", "a.example", "/", Outcome.REFUSED_INSIDE));
  }

  private static List<Case> byHost() {
    return List.of(
        new Case("a.example", "a.example", "GET", "evil.example", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "evil.example:443", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "b.example", "/shut", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "b.example", "/open/x", Outcome.SERVED),
        new Case("a.example", "a.example", "GET", "c.example", "/", Outcome.SERVED),
        new Case("a.example", "", "GET", "evil.example", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "127.0.0.2", "/", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "127.0.0.1", "/", Outcome.SERVED),
        new Case("a.example", "a.example", "GET", "a.example:1", "/", Outcome.SERVED),
        new Case("a.example", "b.example", "GET", "c.example", "/open/x", Outcome.SERVED),
        new Case("a.example", "b.example", "GET", "c.example", "/shut", Outcome.REFUSED_INSIDE),
        new Case("a.example", "c.example", "GET", "b.example", "/open/x", Outcome.SERVED),
        new Case("a.example", "", "GET", "b.example", "/shut", Outcome.REFUSED_INSIDE),
        new Case("a.example", "a.example", "GET", "a.example.", "/", Outcome.SERVED));
  }

  private static List<Case> byAddress() {
    return List.of(
        new Case("127.0.0.1", "a.example", "GET", "a.example", "/", Outcome.SERVED),
        new Case("127.0.0.1", "", "GET", "127.0.0.1", "/", Outcome.SERVED),
        new Case("127.0.0.1", "evil.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE),
        new Case("127.0.0.1", "a.example", "GET", "evil.example", "/", Outcome.REFUSED_INSIDE),
        new Case("127.0.0.2", "a.example", "GET", "a.example", "/", Outcome.REFUSED_INSIDE));
  }

  private static List<Case> bySealedNames() {
    return List.of(
        new Case("a.example", "bank.example", "GET", "a.example", "/", Outcome.CUT_OFF),
        new Case("evil.example", "bank.example", "GET", "bank.example", "/", Outcome.CUT_OFF),
        new Case("127.0.0.1", "bank.example", "GET", "bank.example", "/", Outcome.CUT_OFF),
        new Case("a.example", "a.example", "GET", "bank.example", "/", Outcome.REFUSED_INSIDE));
  }

  @Test
  void thereAreThirtyDisagreements() {
    assertThat(cases())
        .filteredOn(one ->
            Stream.of(one.connect, one.sni.isEmpty() ? one.connect : one.sni, one.host)
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .distinct()
                    .count()
                > 1)
        .hasSizeGreaterThanOrEqualTo(30);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nothingGoesOutButWhatIsAllowedForEveryName(Case one) throws Exception {
    String before = origin.received();
    gateway.journal().clear();
    InsideClient client = new InsideClient(gateway.port(), TestGateway.trustingAnyName());
    if (!one.sni.isEmpty()) {
      client.naming(one.sni);
    }
    Outcome outcome = outcome(client, one);
    assertThat(outcome)
        .as(() ->
            gateway.journal().closed().stream().map(record -> record.reason).toList().toString())
        .isEqualTo(one.outcome);
    if (outcome != Outcome.SERVED) {
      assertThat(origin.received()).isEqualTo(before);
    }
  }

  /** Nothing is seen inside, so nothing that needs to be seen there can allow it. */
  @ParameterizedTest
  @CsvSource({
    "a.example,    a.example,    true",
    "a.example,    evil.example, false",
    "a.example,    b.example,    false",
    "a.example,    bank.example, false",
    "evil.example, a.example,    false",
    "b.example,    b.example,    false",
  })
  void whatIsPassedOnClosedMustBeAllowedForItsNameInTlsToo(
      String connect, String sni, boolean passes) throws Exception {
    int before = origin.lines().size();
    gateway.journal().clear();
    InsideClient client =
        new InsideClient(gateway.port(), TestGateway.trustingAnyName()).naming(sni).offering("h2");
    Case one = new Case(connect, sni, "GET", sni, "/open/x", Outcome.SERVED);
    assertThat(outcome(client, one)).isEqualTo(passes ? Outcome.SERVED : Outcome.CUT_OFF);
    assertThat(origin.lines()).hasSize(passes ? before + 1 : before);
    assertThat(gateway.record().decision)
        .isEqualTo(passes ? Record.Decided.ALLOW : Record.Decided.DENY);
  }

  private static Outcome outcome(InsideClient client, Case one) throws IOException {
    try (RawClient inside = client.open(one.connect + ":" + origin.port())) {
      inside.send(
          one.method
              + " "
              + one.path
              + " HTTP/1.1\r\nHost: "
              + one.host
              + (one.method.equals("GET") ? "" : "\r\nContent-Length: 0")
              + "\r\n\r\n");
      return switch (inside.readResponse().status()) {
        case 200 -> Outcome.SERVED;
        case 403 -> Outcome.REFUSED_INSIDE;
        default -> throw new AssertionError("an answer that is neither");
      };
    } catch (javax.net.ssl.SSLException | java.net.SocketException e) {
      return Outcome.CUT_OFF;
    } catch (IOException e) {
      if (e.getMessage() != null && e.getMessage().startsWith("Remote host terminated")) {
        return Outcome.CUT_OFF;
      }
      throw e;
    }
  }
}
