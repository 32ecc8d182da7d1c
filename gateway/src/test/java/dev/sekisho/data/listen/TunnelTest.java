package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CONNECT and WebSocket: after the answer, bytes of nobody's business, and their ends. */
class TunnelTest {
  private static final String ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";
  private static final String UPGRADE =
      "Upgrade: websocket\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Version: 13\r\n";
  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String connect(ScriptedOrigin origin) {
    return "CONNECT "
        + origin.authority()
        + " HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  private static String handshake(ScriptedOrigin origin, String connection) {
    return "GET http://"
        + origin.authority()
        + "/chat HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\nConnection: "
        + connection
        + "\r\n"
        + UPGRADE
        + "\r\n";
  }

  @Test
  void theOriginMaySpeakFirst() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.send("220 mail.example ESMTP\r\n");
              assertThat(line.read(6)).isEqualTo("QUIT\r\n");
              line.send("221 bye\r\n");
            });
        RawClient client = gateway.client().send(connect(origin))) {
      assertThat(client.readHead()).isEqualTo(ESTABLISHED);
      assertThat(client.read(24)).isEqualTo("220 mail.example ESMTP\r\n");
      assertThat(client.send("QUIT\r\n").readToEnd()).isEqualTo("221 bye\r\n");
    }
    Record record = gateway.record();
    assertThat(record.mode).isEqualTo(Record.Mode.CONNECT);
    assertThat(record.decision).isEqualTo(Record.Decided.ALLOW);
    assertThat(record.status).isEqualTo(200);
    assertThat(record.method).isEqualTo("CONNECT");
    assertThat(record.host).isEqualTo("127.0.0.1");
    assertThat(record.originIp).isEqualTo("127.0.0.1");
    assertThat(record.bytesUp).isEqualTo(6);
    assertThat(record.bytesDown).isEqualTo(33);
    assertThat(record.errorKind).isNull();
  }

  @Test
  void whatTheClientSentWithItsRequestComesFirst() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(line -> line.send(line.read(10)));
        RawClient client = gateway.client().send(connect(origin) + "early")) {
      assertThat(client.readHead()).isEqualTo(ESTABLISHED);
      assertThat(client.send("later").readToEnd()).isEqualTo("earlylater");
    }
  }

  @Test
  void theClientMayEndItsDirectionFirst() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> line.send("you said " + line.readToEnd()));
        RawClient client = gateway.client().send(connect(origin))) {
      client.readHead();
      client.send("this").sendEnd();
      assertThat(client.readToEnd()).isEqualTo("you said this");
    }
    assertThat(gateway.record().errorKind).isNull();
  }

  @Test
  void theOriginMayEndItsDirectionFirst() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.send("all I have");
              line.sendEnd();
              assertThat(line.readToEnd()).isEqualTo("all of mine");
              over.countDown();
            });
        RawClient client = gateway.client().send(connect(origin))) {
      client.readHead();
      assertThat(client.readToEnd()).isEqualTo("all I have");
      client.send("all of mine").sendEnd();
      assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(gateway.record().bytesUp).isEqualTo(11);
  }

  @Test
  void aResetOfTheOriginIsAResetForTheClient() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.send("half of it");
              line.read(2);
              line.reset();
            });
        RawClient client = gateway.client().send(connect(origin))) {
      client.readHead();
      client.read(10);
      client.send("go");
      org.assertj.core.api.Assertions.assertThatExceptionOfType(SocketException.class)
          .isThrownBy(client::readToEnd);
    }
    assertThat(gateway.record().errorSide).isEqualTo("origin");
    assertThat(gateway.record().errorKind).isEqualTo("connection-lost");
  }

  @Test
  void aTunnelThatNothingEverCameThroughIsRecorded() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readToEnd);
        RawClient client = gateway.client().send(connect(origin))) {
      client.readHead();
    }
    Record record = gateway.record();
    assertThat(record.bytesUp).isZero();
    assertThat(record.bytesDown).isZero();
    assertThat(record.status).isEqualTo(200);
  }

  @Test
  void aTunnelInWhichNothingMovesIsEnded() throws Exception {
    gateway.close();
    gateway = TestGateway.start("limits: { tunnel-idle: 300ms }\n");
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readToEnd);
        RawClient client = gateway.client().send(connect(origin))) {
      client.readHead();
      assertThat(client.ended()).isTrue();
    }
    assertThat(gateway.record().errorKind).isEqualTo("idle-timeout");
  }

  @Test
  void whatFollowsAConnectIsNeverReadAsARequest() throws Exception {
    String inner = "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n";
    try (ScriptedOrigin origin = ScriptedOrigin.of(line -> line.send(line.read(inner.length())));
        RawClient client = gateway.client().send(connect(origin) + inner)) {
      client.readHead();
      assertThat(client.readToEnd()).isEqualTo(inner);
    }
    assertThat(gateway.journal().awaitClosed(1)).hasSize(1);
  }

  @Test
  void webSocketFramesPassBothWays() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send(SWITCHED + "\u0081\u0002hi");
              line.send("\u0081\u0003" + line.read(9).substring(6));
              line.readToEnd();
            });
        RawClient client = gateway.client().send(handshake(origin, "Upgrade"))) {
      String head = client.readHead();
      assertThat(head)
          .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
      assertThat(head).contains("Connection: Upgrade\r\n", "Upgrade: websocket\r\n");
      assertThat(client.read(4)).isEqualTo("\u0081\u0002hi");
      assertThat(client.send("\u0081\u0083\0\0\0\0abc").read(5)).isEqualTo("\u0081\u0003abc");
      assertThat(origin.received())
          .contains(
              "Connection: Upgrade\r\n",
              "Upgrade: websocket\r\n",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    }
    Record record = gateway.record();
    assertThat(record.status).isEqualTo(101);
    assertThat(record.mode).isEqualTo(Record.Mode.PLAIN);
    assertThat(record.bytesUp).isEqualTo(9);
    assertThat(record.bytesDown).isEqualTo(9);
  }

  @Test
  void anUpgradeThatTheOriginDoesNotTakeUpIsAnOrdinaryExchange() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "HTTP/1.1 426 Upgrade Required\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Content-Length: 2\r\n\r\n"
                    + "no");
        RawClient client = gateway.client()) {
      assertThat(client.send(handshake(origin, "keep-alive, Upgrade")).readResponse().status())
          .isEqualTo(426);
      assertThat(client.send(handshake(origin, "Upgrade")).readResponse().body()).isEqualTo("no");
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void anOriginThatSwitchesUnaskedIsRefused() throws Exception {
    String plain = "\r\nHost: x\r\n\r\n";
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send(SWITCHED + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted");
              line.readToEnd();
            });
        RawClient client =
            gateway.client().send("GET http://" + origin.authority() + "/ HTTP/1.1" + plain)) {
      assertThat(client.readResponse().status()).isEqualTo(502);
    }
    assertThat(gateway.record().errorKind).isEqualTo("malformed-response");
  }

  @Test
  void anOriginThatSwitchesToSomethingElseIsRefused() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
        RawClient client = gateway.client().send(handshake(origin, "Upgrade"))) {
      assertThat(client.readResponse().status()).isEqualTo(502);
    }
    assertThat(gateway.record().errorKind).isEqualTo("malformed-response");
  }
}
