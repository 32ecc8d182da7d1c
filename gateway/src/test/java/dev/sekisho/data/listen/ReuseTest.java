package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which exchanges may share a connection to an origin, and what happens when one that was kept
 * turns out to be stale.
 */
class ReuseTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.start();
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String request(String method, ScriptedOrigin origin, String fields) {
    return method
        + " http://"
        + origin.authority()
        + "/ HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n"
        + fields
        + "\r\n";
  }

  /**
   * Answers the first request on each connection; on the second it says what it is told and closes.
   */
  private static ScriptedOrigin goingStale(String lastWords) throws IOException {
    return ScriptedOrigin.of(line -> {
      line.readHead();
      line.send(OK);
      line.readHead();
      line.readBody();
      line.send(lastWords);
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "DELETE"})
  void aStaleConnectionIsReplacedOnceForWhatCanBeRepeated(String method) throws Exception {
    try (ScriptedOrigin origin = goingStale("");
        RawClient client = gateway.client()) {
      assertThat(client.send(request("GET", origin, "")).readResponse().status()).isEqualTo(200);
      assertThat(client.send(request(method, origin, "")).readResponse(method).status())
          .isEqualTo(200);
      assertThat(origin.lines()).hasSize(2);
      assertThat(origin.lines().get(1).received()).startsWith(method + " / HTTP/1.1\r\n");
    }
    assertThat(gateway.journal().awaitClosed(2))
        .allSatisfy(record -> assertThat(record.errorKind).isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH", "PROPFIND"})
  void whatMayNotBeRepeatedIsSentOnce(String method) throws Exception {
    try (ScriptedOrigin origin = goingStale("");
        RawClient client = gateway.client()) {
      client.send(request("GET", origin, "")).readResponse();
      assertThat(client.send(request(method, origin, "")).readResponse().status()).isEqualTo(502);
      assertThat(origin.lines()).hasSize(1);
      assertThat(origin.received()).containsOnlyOnce(method + " /");
    }
    assertThat(gateway.journal().awaitClosed(2).get(1).errorKind).isEqualTo("connection-lost");
  }

  @Test
  void aBodyThatIsGoneIsNotSentAgain() throws Exception {
    try (ScriptedOrigin origin = goingStale("");
        RawClient client = gateway.client()) {
      client.send(request("GET", origin, "")).readResponse();
      assertThat(
              client
                  .send(request("PUT", origin, "Content-Length: 4\r\n") + "body")
                  .readResponse()
                  .status())
          .isEqualTo(502);
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"})
  void afterAByteOfTheResponseNothingIsSentAgain(String lastWords) throws Exception {
    try (ScriptedOrigin origin = goingStale(lastWords);
        RawClient client = gateway.client()) {
      client.send(request("GET", origin, "")).readResponse();
      client.send(request("GET", origin, ""));
      RawClient.Response response = client.readResponse();
      assertThat((response.status() == 103 ? client.readResponse() : response).status())
          .isEqualTo(502);
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void aFreshConnectionIsNotReplaced() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readHead);
        RawClient client = gateway.client().send(request("GET", origin, ""))) {
      assertThat(client.readResponse().status()).isEqualTo(502);
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void theReplacementIsNotReplaced() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              if (!line.readHead().contains("X-Again")) {
                line.send(OK);
                line.readHead();
              }
            });
        RawClient client = gateway.client()) {
      client.send(request("GET", origin, "")).readResponse();
      assertThat(client.send(request("GET", origin, "X-Again: 1\r\n")).readResponse().status())
          .isEqualTo(502);
      assertThat(origin.lines()).hasSize(2);
    }
  }

  @Test
  void aConnectionThatTheOriginClosedMeanwhileIsNotUsed() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answeringOnce(OK);
        RawClient client = gateway.client()) {
      for (int i = 1; i <= 3; i++) {
        assertThat(
                client
                    .send(request("POST", origin, "Content-Length: 1\r\n") + "x")
                    .readResponse()
                    .status())
            .isEqualTo(200);
        assertThat(origin.lines()).hasSize(i);
        awaitNothingPooled();
      }
    }
  }

  private void awaitNothingPooled() throws InterruptedException {
    for (int i = 0; i < 500 && gateway.listeners().pooled() > 0; i++) {
      Thread.sleep(10);
    }
    assertThat(gateway.listeners().pooled()).isZero();
  }

  @Test
  void bytesThatNobodyAskedForAreNotTakenForTheNextAnswer() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted");
        RawClient client = gateway.client()) {
      for (int i = 1; i <= 3; i++) {
        assertThat(client.send(request("GET", origin, "")).readResponse().body()).isEqualTo("ok");
        assertThat(origin.lines()).hasSize(i);
      }
    }
  }

  /** Knows its clients by their connection, as Windows servers do. */
  private static ScriptedOrigin authenticatingConnections(String scheme) throws IOException {
    return ScriptedOrigin.of(line -> {
      String user = "";
      for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
        if (head.contains("Authorization: " + scheme + " first")) {
          line.send(
              "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "
                  + scheme
                  + " challenge\r\nContent-Length: 0\r\n\r\n");
        } else if (head.contains("Authorization: " + scheme + " third")) {
          user = "alice";
          line.send(OK);
        } else if (user.isEmpty()) {
          line.send(
              "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "
                  + scheme
                  + "\r\nContent-Length: 0\r\n\r\n");
        } else {
          line.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + user);
        }
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"NTLM", "Negotiate"})
  void aConnectionThatKnowsItsClientServesNoOther(String scheme) throws Exception {
    try (ScriptedOrigin origin = authenticatingConnections(scheme);
        RawClient stranger = gateway.client()) {
      try (RawClient alice = gateway.client()) {
        alice
            .send(request("GET", origin, "Authorization: " + scheme + " first\r\n"))
            .readResponse();
        assertThat(
                alice
                    .send(request("GET", origin, "Authorization: " + scheme + " third\r\n"))
                    .readResponse()
                    .status())
            .isEqualTo(200);
        assertThat(alice.send(request("GET", origin, "")).readResponse().body()).isEqualTo("alice");
        assertThat(stranger.send(request("GET", origin, "")).readResponse().status())
            .isEqualTo(401);
        assertThat(alice.send(request("GET", origin, "")).readResponse().body()).isEqualTo("alice");
      }
      assertThat(stranger.send(request("GET", origin, "")).readResponse().status()).isEqualTo(401);
    }
  }
}
