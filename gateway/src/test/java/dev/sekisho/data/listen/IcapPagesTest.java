package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedIcap;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client sees of the page that an ICAP server writes where it found something. */
class IcapPagesTest {
  private static final String PAGE = "<p>not here</p>";

  @ParameterizedTest
  @CsvSource({
    "403, 403",
    "451, 451",
    "404, 404",
    "500, 500",
    "503, 503",
    "200, 403",
    "302, 403",
    "401, 403",
    "407, 403"
  })
  void itComesWithTheServersStatusWhereThatRefuses(int said, int told) throws Exception {
    String head = "HTTP/1.1 " + said + " Said\r\nContent-Type: text/html\r\n\r\n";
    try (ScriptedIcap server =
            ScriptedIcap.saying(ScriptedIcap.answer(200, "X-Virus-ID: Bad\r\n", head, PAGE));
        TestGateway gateway =
            TestGateway.start("scan: { engines: { icap: \"" + server.url() + "\" } }\n");
        ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfile");
        RawClient client = gateway.client()) {
      String to = origin.authority();
      client.send("GET http://" + to + "/file HTTP/1.1\r\nHost: " + to + "\r\n\r\n");
      RawClient.Response answer = client.readResponse();
      assertThat(answer.status()).isEqualTo(told);
      assertThat(answer.body()).isEqualTo(PAGE);
      Record record = gateway.record();
      assertThat(record.status).isEqualTo(told);
      assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
      assertThat(record.decision).isEqualTo(Record.Decided.DENY);
    }
  }
}
