package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rules that look at the response, end to end: the request goes out, and the answer is judged
 * before the client has it.
 */
class ResponseRulesTest {
  private static final String NO_PROGRAMS =
      """
      policy:
        rules:
          - name: no programs
            response: { content-type: application/x-msdownload }
            action: deny
          - name: loopback
            to: { address: 127.0.0.0/8 }
            action: allow
      """;

  private static RawClient.Response get(TestGateway gateway, ScriptedOrigin origin)
      throws IOException {
    try (RawClient client = gateway.client()) {
      return client
          .send("GET http://" + origin.authority() + "/x HTTP/1.1\r\nHost: x\r\n\r\n")
          .readResponse();
    }
  }

  private static ScriptedOrigin answering(String fields) throws IOException {
    return ScriptedOrigin.answering(
        "HTTP/1.1 200 OK\r\n" + fields.replace("|", "\r\n") + "\r\nContent-Length: 4\r\n\r\nbody");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: application/x-msdownload",
        "Content-Type: Application/X-MSDownload; name=x",
        "Content-Type: text/plain|Content-Type: application/x-msdownload",
        "Content-Type: text/plain, application/x-msdownload",
        "Content-Type: text",
        "Content-Type: ",
        "X-Other: no type at all",
      })
  void whatIsOrMayBeTheForbiddenTypeIsRefused(String fields) throws Exception {
    try (TestGateway gateway = TestGateway.start(NO_PROGRAMS);
        ScriptedOrigin origin = answering(fields)) {
      RawClient.Response response = get(gateway, origin);
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.body()).contains("no programs").doesNotContain("body\"");
      Record record = gateway.journal().onlyClosed();
      assertThat(record.decision).isEqualTo(Record.Decided.DENY);
      assertThat(record.phase).isEqualTo("judge");
      assertThat(record.status).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @CsvSource({"text/html", "image/png;q=1", "application/octet-stream"})
  void otherTypesPass(String type) throws Exception {
    try (TestGateway gateway = TestGateway.start(NO_PROGRAMS);
        ScriptedOrigin origin = answering("Content-Type: " + type)) {
      RawClient.Response response = get(gateway, origin);
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("body");
      assertThat(gateway.journal().onlyClosed().rule).isEqualTo("loopback");
    }
  }

  @Test
  void theUrlIsLeftOutWhereOnlyTheHostIsLoggedWhateverHappens() throws Exception {
    String hostOnly = NO_PROGRAMS + "      log: host\n";
    try (TestGateway gateway = TestGateway.start(hostOnly);
        ScriptedOrigin origin = ScriptedOrigin.of(line -> line.readHead())) {
      assertThat(get(gateway, origin).status()).isEqualTo(502);
      Record record = gateway.journal().onlyClosed();
      assertThat(record.url).isNull();
      assertThat(record.path).isNull();
      assertThat(record.host).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void aBodyThatBreaksAfterItBeganLeavesNoBufferBehind() throws Exception {
    try (TestGateway gateway = TestGateway.start();
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
              Thread.sleep(100);
              line.send("5\r\nhello\r\nZZ\r\n");
              line.readToEnd();
            })) {
      for (int i = 0; i < 20; i++) {
        try (RawClient client = gateway.client()) {
          client.send("GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
          assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
          assertThat(client.readToEnd()).startsWith("2\r\nok\r\n").doesNotEndWith("0\r\n\r\n");
        }
      }
    }
  }
}
