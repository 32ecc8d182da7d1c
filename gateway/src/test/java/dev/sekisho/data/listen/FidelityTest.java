package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.Message;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proxied equals direct. Each case is sent twice to an origin that answers with fixed bytes, once
 * directly and once through the gateway; what the origin received and what the client received must
 * be the same both times, but for what belongs to one hop.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FidelityTest {
  private TestGateway gateway;

  /** What both ends received. */
  private record Seen(Message origin, Message client) {}

  @BeforeAll
  void start() throws IOException {
    gateway = TestGateway.start("limits: { header-block: 64KiB }\n");
  }

  @AfterAll
  void stop() throws Exception {
    gateway.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "dev.sekisho.data.listen.FidelityCases#methods",
    "dev.sekisho.data.listen.FidelityCases#statuses",
    "dev.sekisho.data.listen.FidelityCases#bodies",
    "dev.sekisho.data.listen.FidelityCases#fields",
    "dev.sekisho.data.listen.FidelityCases#targets"
  })
  void proxiedEqualsDirect(FidelityCase exchange) throws Exception {
    try (ScriptedOrigin origin = origin(exchange.response())) {
      Seen direct = seen(exchange, origin, origin.port(), "");
      Seen proxied = seen(exchange, origin, gateway.port(), "http://" + origin.authority());
      assertThat(proxied.origin().endToEnd()).isEqualTo(direct.origin().endToEnd());
      assertThat(proxied.client().endToEnd("proxy-status"))
          .isEqualTo(direct.client().endToEnd("proxy-status"));
      assertThat(proxied.origin().value("Via"))
          .isEqualTo(
              (exchange.request().endsWith("1.0") ? "1.0 " : "1.1 ") + TestGateway.PSEUDONYM);
      assertThat(proxied.client().values("Via")).hasSize(1);
      assertThat(proxied.client().start()).startsWith("HTTP/1.1 ");
    }
  }

  @Test
  void theTablesKnowSixtyExchangesAtLeast() {
    assertThat(
            Stream.of(
                    FidelityCases.methods(),
                    FidelityCases.statuses(),
                    FidelityCases.bodies(),
                    FidelityCases.fields(),
                    FidelityCases.targets())
                .flatMap(List::stream))
        .extracting(FidelityCase::name)
        .hasSizeGreaterThanOrEqualTo(60)
        .doesNotHaveDuplicates();
  }

  private static Seen seen(FidelityCase exchange, ScriptedOrigin origin, int port, String before)
      throws Exception {
    int line = origin.lines().size();
    try (RawClient client = new RawClient(port)) {
      client.send(exchange.head(origin.authority(), before) + exchange.body());
      RawClient.Response response = client.readResponse(exchange.method());
      return new Seen(Message.parse(origin.lines().get(line).received()), Message.of(response));
    }
  }

  /** Closes after an answer that says so, or that ends with the connection. */
  private static ScriptedOrigin origin(String response) throws IOException {
    String head = response.substring(0, response.indexOf("\r\n\r\n") + 2);
    boolean framed =
        head.contains("Length: ")
            || head.contains("LENGTH: ")
            || head.contains("chunked")
            || head.contains(" 204 ")
            || head.contains(" 304 ");
    return framed && !head.contains("close")
        ? ScriptedOrigin.answering(response)
        : ScriptedOrigin.answeringOnce(response);
  }
}
