package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.websocket.Frames;
import dev.sekisho.data.websocket.Sender;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.CIcap;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies that a real c-icap judges before anybody gets them. */
class ScannedByIcapTest {
  /** In pieces, so that no scanner takes this file for one. */
  private static final String EICAR =
      "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

  @TempDir private static Path folder;

  private static ClamavDaemon clamd;
  private static CIcap icap;

  @BeforeAll
  static void start() throws Exception {
    clamd = ClamavDaemon.start(folder, "Eicar-Test", EICAR.getBytes(ISO_8859_1), "");
    icap = CIcap.start(folder, clamd.socket());
  }

  @AfterAll
  static void stop() {
    icap.close();
    clamd.close();
  }

  private static TestGateway gateway() throws IOException {
    return TestGateway.start("scan: { engines: { icap: \"" + icap.url("avscan") + "\" } }\n");
  }

  private static String answer(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static RawClient.Response ask(
      TestGateway gateway, ScriptedOrigin origin, String method, String rest) throws IOException {
    try (RawClient client = gateway.client()) {
      String to = origin.authority();
      return client
          .send(method + " http://" + to + "/file HTTP/1.1\r\nHost: " + to + "\r\n" + rest)
          .readResponse();
    }
  }

  private static void assertInfected(RawClient.Response refused, Record record) {
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("Eicar-Test").doesNotContain("X5O!P%");
    assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
    assertThat(record.verdictEngine).isEqualTo(icap.url("avscan"));
    assertThat(record.verdictName).isEqualTo("Eicar-Test.UNOFFICIAL");
  }

  @Test
  void anInfectedDownloadIsRefusedAndACleanOneComes() throws Exception {
    try (TestGateway gateway = gateway();
        ScriptedOrigin infected = ScriptedOrigin.answering(answer(EICAR))) {
      assertInfected(ask(gateway, infected, "GET", "\r\n"), gateway.record());
    }
    try (TestGateway gateway = gateway();
        ScriptedOrigin clean = ScriptedOrigin.answering(answer("checkpoint"))) {
      RawClient.Response came = ask(gateway, clean, "GET", "\r\n");
      assertThat(came.status()).isEqualTo(200);
      assertThat(came.body()).isEqualTo("checkpoint");
      assertThat(gateway.record().fate).isEqualTo(Record.Fate.CLEAN);
      assertThat(gateway.record().verdictEngine).isEqualTo(icap.url("avscan"));
    }
  }

  @Test
  void anInfectedUploadReachesNoOrigin() throws Exception {
    try (TestGateway gateway = gateway();
        ScriptedOrigin origin = ScriptedOrigin.answering(answer("thanks"))) {
      String upload = "Content-Length: " + EICAR.length() + "\r\n\r\n" + EICAR;
      assertInfected(ask(gateway, origin, "POST", upload), gateway.record());
      assertThat(origin.received()).isEmpty();
    }
  }

  /** A message has no heads of its own, and gets some that a server takes. */
  @ParameterizedTest
  @EnumSource
  void messagesOfAWebSocketAreJudgedBothWays(Sender sender) throws Exception {
    byte[] up = Frames.masked(WebSocketOrigin.TEXT, new byte[100], 0x01020304);
    byte[] down = Frames.plain(WebSocketOrigin.BINARY, new byte[70_000]);
    byte[] infected = EICAR.getBytes(ISO_8859_1);
    byte[] asked =
        sender == Sender.CLIENT
            ? Frames.masked(WebSocketOrigin.TEXT, infected, 5)
            : Frames.masked(WebSocketOrigin.TEXT, new byte[100], 5);
    try (TestGateway gateway =
            TestGateway.start(
                "scan: { messages: { from: 60 }, engines: { icap: \""
                    + icap.url("avscan")
                    + "\" } }\n");
        ScriptedOrigin origin =
            WebSocketOrigin.of(line -> {
              line.send(down);
              assertThat(WebSocketOrigin.next(line).bytes()).isEqualTo(up);
              WebSocketOrigin.next(line);
              line.send(Frames.plain(WebSocketOrigin.TEXT, infected));
              line.readToEnd();
            });
        RawClient client = gateway.client().send(WebSocketOrigin.asking(origin))) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
      assertThat(Arrays.equals(WebSocketOrigin.next(client).bytes(), down)).isTrue();
      client.send(up).send(asked);
      assertThat(WebSocketOrigin.next(client).code()).isEqualTo(1008);
      Record record = gateway.record();
      assertThat(record.fate).isEqualTo(Record.Fate.INFECTED);
      assertThat(record.reason)
          .contains(sender == Sender.CLIENT ? "in what was sent" : "in the answer");
      assertThat(record.verdictName).isEqualTo("Eicar-Test.UNOFFICIAL");
      assertThat(record.verdictEngine).isEqualTo(icap.url("avscan"));
    }
  }
}
