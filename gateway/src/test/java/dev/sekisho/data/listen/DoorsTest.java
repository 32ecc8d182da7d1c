package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.Program;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who gets in, how long one may stay without asking, and how everybody is led out at the end. */
class DoorsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private static String get(ScriptedOrigin origin) {
    return "GET http://"
        + origin.authority()
        + "/ HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  private static void awaitConnections(TestGateway gateway, int count) throws InterruptedException {
    for (int i = 0; i < 500 && gateway.listeners().connections() != count; i++) {
      Thread.sleep(10);
    }
    assertThat(gateway.listeners().connections()).isEqualTo(count);
  }

  private static void assertTurnedAwayBeyondTwo(String limits, String named) throws Exception {
    try (TestGateway gateway = TestGateway.start(limits);
        ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient first = gateway.client()) {
      try (RawClient second = gateway.client()) {
        assertThat(first.send(get(origin)).readResponse().status()).isEqualTo(200);
        assertThat(second.send(get(origin)).readResponse().status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
          try (RawClient third = gateway.client()) {
            RawClient.Response response = third.readResponse();
            assertThat(response.status()).isEqualTo(429);
            assertThat(response.field("Proxy-Status")).contains("error=connection_limit_reached");
            assertThat(response.body()).contains(named);
            assertThat(third.ended()).isTrue();
          }
          assertThat(curl(gateway, origin)).isEqualTo("429");
        }
      }
      awaitConnections(gateway, 1);
      try (RawClient next = gateway.client().send(get(origin))) {
        assertThat(next.readResponse().status()).isEqualTo(200);
      }
      List<Record> refused =
          gateway.journal().closed().stream().filter(record -> record.status == 429).toList();
      assertThat(refused)
          .hasSize(6)
          .allSatisfy(record -> assertThat(record.errorKind).isEqualTo("too-many-connections"));
    }
  }

  /** The status that curl sees. */
  private static String curl(TestGateway gateway, ScriptedOrigin origin) throws Exception {
    return Program.run(
            "curl",
            "-q",
            "-sS",
            "--max-time",
            "20",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-x",
            "http://127.0.0.1:" + gateway.port(),
            "http://" + origin.authority() + "/")
        .output();
  }

  @Test
  void moreConnectionsThanAllMayHaveAreTurnedAway() throws Exception {
    assertTurnedAwayBeyondTwo("limits: { connections: 2 }\n", "limits.connections");
  }

  @Test
  void moreConnectionsThanOneClientMayHaveAreTurnedAway() throws Exception {
    assertTurnedAwayBeyondTwo(
        "limits: { connections-per-client: 2 }\n", "limits.connections-per-client");
  }

  @Test
  void tunnelsCountAsConnectionsUntilTheyEnd() throws Exception {
    try (TestGateway gateway = TestGateway.start("limits: { connections: 1 }\n");
        ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readToEnd)) {
      try (RawClient client =
          gateway
              .client()
              .send(
                  "CONNECT "
                      + origin.authority()
                      + " HTTP/1.1\r\nHost: "
                      + origin.authority()
                      + "\r\n\r\n")) {
        client.readHead();
        try (RawClient second = gateway.client()) {
          assertThat(second.readResponse().status()).isEqualTo(429);
        }
      }
      awaitConnections(gateway, 0);
    }
  }

  @Test
  void aHeadThatDoesNotArriveIsA408() throws Exception {
    try (TestGateway gateway = TestGateway.start("limits: { request-timeout: 300ms }\n");
        RawClient client = gateway.client().send("GET http://a.example/ HTTP/1.1\r\nHost: a.exa")) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(408);
      assertThat(client.ended()).isTrue();
      assertThat(gateway.record().errorKind).isEqualTo("request-timeout");
      assertThat(gateway.record().errorSide).isEqualTo("client");
    }
  }

  @Test
  void aClientThatSaysNothingIsClosedWithoutAWord() throws Exception {
    try (TestGateway gateway = TestGateway.start("limits: { request-timeout: 300ms }\n");
        RawClient client = gateway.client()) {
      assertThat(client.readToEnd()).isEmpty();
      assertThat(gateway.journal().closed()).isEmpty();
    }
  }

  @Test
  void aClientThatAsksNoMoreIsClosedWithoutAWord() throws Exception {
    try (TestGateway gateway = TestGateway.start("limits: { idle-timeout: 300ms }\n");
        ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      assertThat(client.send(get(origin)).readResponse().status()).isEqualTo(200);
      assertThat(client.readToEnd()).isEmpty();
      assertThat(gateway.journal().closed()).hasSize(1);
    }
  }

  @Test
  void drainingLetsARunningExchangeEndAndClosesIdleConnections() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (TestGateway gateway = TestGateway.start();
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              asked.countDown();
              assertThat(answer.await(10, TimeUnit.SECONDS)).isTrue();
              line.send(OK);
              line.readToEnd();
            });
        RawClient idle = gateway.client();
        RawClient busy = gateway.client().send(get(origin))) {
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(() -> gateway.listeners().drain(Duration.ofSeconds(20)));
      assertThat(idle.readToEnd()).isEmpty();
      assertThatExceptionOfType(ConnectException.class).isThrownBy(gateway::client);
      assertThat(drained).isNotDone();
      answer.countDown();
      RawClient.Response response = busy.readResponse();
      assertThat(response.body()).isEqualTo("ok");
      assertThat(response.field("Connection")).isEqualTo("close");
      drained.get(10, TimeUnit.SECONDS);
      assertThat(gateway.record().errorKind).isNull();
    }
  }

  @Test
  void whatOutlastsTheDrainLimitIsEnded() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    try (TestGateway gateway = TestGateway.start();
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.read(1);
              asked.countDown();
              line.readToEnd();
            });
        RawClient busy = gateway.client().send(get(origin));
        RawClient tunnel =
            gateway
                .client()
                .send("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\nx")) {
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      gateway.listeners().drain(Duration.ofMillis(100));
      assertThat(busy.readResponse().status()).isEqualTo(503);
      assertThat(tunnel.readHead()).contains(" 200 ");
      assertThatTunnelIsOver(tunnel);
      assertThat(gateway.journal().awaitClosed(2))
          .allSatisfy(record -> assertThat(record.errorKind).isEqualTo("draining"));
      assertThat(gateway.listeners().connections()).isZero();
    }
  }

  private static void assertThatTunnelIsOver(RawClient tunnel) {
    try {
      assertThat(tunnel.readToEnd()).isEmpty();
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  void aSenderOfProxyHeadersSpeaksForItsClient() throws Exception {
    byte[] binary =
        "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u00cb\0\u0071\u0009\u007f\0\0\u0001\u0015\u00b3\0\u0050"
            .getBytes(StandardCharsets.ISO_8859_1);
    try (TestGateway gateway =
            TestGateway.start("listen: { proxy-protocol-from: [127.0.0.0/8] }\n");
        ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      try (RawClient client =
          gateway.client().send("PROXY TCP4 203.0.113.7 127.0.0.1 5555 80\r\n" + get(origin))) {
        assertThat(client.readResponse().status()).isEqualTo(200);
      }
      try (RawClient client = gateway.client().send(binary)) {
        assertThat(client.send(get(origin)).readResponse().status()).isEqualTo(200);
      }
      List<String> clients = new ArrayList<>();
      gateway
          .journal()
          .awaitClosed(2)
          .forEach(record -> clients.add(record.clientIp + " " + record.clientPort));
      assertThat(clients).containsExactly("203.0.113.7 5555", "203.0.113.9 5555");
      try (RawClient client = gateway.client().send(get(origin))) {
        assertThat(client.readToEnd()).isEmpty();
      }
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void fromAnyoneElseAProxyHeaderIsAMalformedRequest() throws Exception {
    try (TestGateway gateway =
            TestGateway.start("listen: { proxy-protocol-from: [203.0.113.0/24] }\n");
        ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client =
            gateway.client().send("PROXY TCP4 203.0.113.7 127.0.0.1 5555 80\r\n" + get(origin))) {
      assertThat(client.readResponse().status()).isEqualTo(400);
      assertThat(client.ended()).isTrue();
      assertThat(gateway.record().clientIp).isEqualTo("127.0.0.1");
      assertThat(origin.lines()).isEmpty();
    }
  }
}
