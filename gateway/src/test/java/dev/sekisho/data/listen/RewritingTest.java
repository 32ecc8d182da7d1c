package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.Message;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy has to change in a message, and whom it takes a message to be for. */
class RewritingTest {
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

  /** What the origin got of this. */
  private Message received(String request, String answer) throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer);
        RawClient client = gateway.client().send(request.replace("ORIGIN", origin.authority()))) {
      assertThat(client.readResponse().status()).isEqualTo(200);
      return Message.parse(origin.received().replace(origin.authority(), "ORIGIN"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET http://ORIGIN HTTP/1.1,          GET / HTTP/1.1",
    "GET http://ORIGIN?a=b HTTP/1.1,      GET /?a=b HTTP/1.1",
    "GET HTTP://ORIGIN/x HTTP/1.1,        GET /x HTTP/1.1",
    "GET http://ORIGIN/x?y HTTP/1.0,      GET /x?y HTTP/1.1",
    "OPTIONS http://ORIGIN HTTP/1.1,      OPTIONS * HTTP/1.1",
    "OPTIONS http://ORIGIN/ HTTP/1.1,     OPTIONS / HTTP/1.1",
  })
  void theOriginIsAskedInOriginForm(String asked, String expected) throws Exception {
    assertThat(received(asked + "\r\nHost: ORIGIN\r\n\r\n", OK).start()).isEqualTo(expected);
  }

  @Test
  void theTargetWinsOverTheHostField() throws Exception {
    Message message =
        received(
            "GET http://ORIGIN/ HTTP/1.1\r\nX-Before: 1\r\nHost: somewhere.example\r\n\r\n", OK);
    assertThat(message.values("Host")).containsExactly("ORIGIN");
    assertThat(message.fields().getFirst()).isEqualTo("Host: ORIGIN");
    assertThat(gateway.journal().onlyClosed().hostField)
        .as("the disagreement is in the record")
        .isEqualTo("somewhere.example");
  }

  @Test
  void aClientOfHttp10NeedsNoHostField() throws Exception {
    assertThat(received("GET http://ORIGIN/ HTTP/1.0\r\n\r\n", OK).values("Host"))
        .containsExactly("ORIGIN");
  }

  @Test
  void whatIsForTheGatewayNeverReachesAnOrigin() throws Exception {
    Message message =
        received(
            """
            GET http://ORIGIN/ HTTP/1.1\r
            Host: ORIGIN\r
            Proxy-Authorization: Basic c2VjcmV0\r
            Proxy-Connection: keep-alive\r
            Connection: keep-alive, X-Mine , x-also-mine\r
            Keep-Alive: timeout=5\r
            X-Mine: secret\r
            X-Also-Mine: secret\r
            TE: gzip\r
            Upgrade: h2c\r
            HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r
            X-Kept: 1\r
            \r
            """,
            OK);
    assertThat(message.fields())
        .containsExactlyInAnyOrder(
            "Host: ORIGIN", "X-Kept: 1", "Via: 1.1 " + TestGateway.PSEUDONYM);
  }

  @Test
  void whatTheOriginSaidToTheGatewayDoesNotReachTheClient() throws Exception {
    String answer =
        "HTTP/1.1 200 OK\r\n"
            + "Connection: X-Mine\r\n"
            + "Keep-Alive: timeout=5\r\n"
            + "X-Mine: secret\r\n"
            + "Proxy-Authenticate: Basic realm=\"x\"\r\n"
            + "Proxy-Connection: keep-alive\r\n"
            + "X-Kept: 1\r\n"
            + "Content-Length: 0\r\n\r\n";
    try (ScriptedOrigin origin = ScriptedOrigin.answering(answer);
        RawClient client =
            gateway
                .client()
                .send("GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(Message.of(client.readResponse()).fields())
          .containsExactly("X-Kept: 1", "Via: 1.1 " + TestGateway.PSEUDONYM, "Content-Length: 0");
    }
  }

  @Test
  void viaIsAddedToWhatOthersAdded() throws Exception {
    Message message =
        received(
            "GET http://ORIGIN/ HTTP/1.1\r\n"
                + "Host: ORIGIN\r\n"
                + "Via: 1.0 fred, 1.1 p.example (x)\r\n\r\n",
            OK);
    assertThat(message.value("Via"))
        .isEqualTo("1.0 fred, 1.1 p.example (x), 1.1 " + TestGateway.PSEUDONYM);
  }

  @Test
  void aRequestThatCameThroughBeforeIsALoop() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client =
            gateway
                .client()
                .send(
                    "GET http://"
                        + origin.authority()
                        + "/ HTTP/1.1\r\nHost: x\r\nVia: 1.1 other, 1.1 "
                        + TestGateway.PSEUDONYM
                        + "\r\n\r\n")) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(508);
      assertThat(response.field("Proxy-Status")).contains("error=proxy_loop_detected");
      assertThat(origin.lines()).isEmpty();
    }
    assertThat(gateway.record().errorKind).isEqualTo("loop");
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "localhost", "127.8.9.10", "origin.example"})
  void aRequestForTheGatewaysOwnDoorIsALoop(String host) throws Exception {
    String authority = host + ":" + gateway.port();
    try (RawClient client =
        gateway
            .client()
            .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")) {
      assertThat(client.readResponse().status()).isEqualTo(508);
    }
    assertThat(gateway.record().errorKind).isEqualTo("loop");
  }

  /** As a client does whose proxy is set before it fetches the authority. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "[::ffff:127.0.0.1]"})
  void itsOwnDoorAskedForByAddressThroughItIsTheOwnPage(String address) throws Exception {
    String door = "http://" + address + ":" + gateway.port();
    try (RawClient client = gateway.client()) {
      RawClient.Response pem =
          client.send("GET " + door + "/ca.pem HTTP/1.1\r\nHost: x\r\n\r\n").readResponse();
      assertThat(pem.status()).isEqualTo(200);
      assertThat(pem.body()).startsWith("-----BEGIN CERTIFICATE-----");
      assertThat(
              client
                  .send("GET " + door + "/proxy.pac HTTP/1.1\r\nHost: x\r\n\r\n")
                  .readResponse()
                  .body())
          .contains("\"PROXY 127.");
      assertThat(
              client
                  .send("GET " + door + "/metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                  .readResponse()
                  .status())
          .isEqualTo(404);
    }
    assertThat(gateway.journal().closed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1,                        200, Sekisho",
    "GET /proxy.pac HTTP/1.1,               200, PROXY anything.example:80",
    "GET http://sekisho/ HTTP/1.1,          200, Sekisho",
    "GET http://SEKISHO HTTP/1.1,           200, Sekisho",
    "GET /nothing HTTP/1.1,                 404, no such page",
    "GET http://sekisho/nothing HTTP/1.1,   404, no such page",
    "POST / HTTP/1.1,                       405, GET and HEAD",
  })
  void someRequestsAreForTheGatewayItself(String asked, int status, String text) throws Exception {
    try (RawClient client = gateway.client()) {
      for (int i = 0; i < 2; i++) {
        RawClient.Response response =
            client.send(asked + "\r\nHost: anything.example\r\n\r\n").readResponse();
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).contains(text);
      }
      assertThat(client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").readResponse("HEAD").status())
          .isEqualTo(200);
      assertThat(client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").readResponse().field("Allow"))
          .contains("CONNECT");
    }
    assertThat(gateway.journal().closed()).isEmpty();
  }

  @Test
  void theOwnPageSpeaksJapanese() throws Exception {
    try (RawClient client =
        gateway
            .client()
            .send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: ja, en;q=0.5\r\n\r\n")) {
      assertThat(client.readResponse().body()).contains("lang=\"ja\"");
    }
  }

  @Test
  void maxForwardsCountsDownAndEndsHere() throws Exception {
    Message message =
        received("OPTIONS http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\nMax-Forwards: 5\r\n\r\n", OK);
    assertThat(message.values("Max-Forwards")).containsExactly("4");
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client()) {
      String last =
          "OPTIONS http://"
              + origin.authority()
              + "/x HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n";
      assertThat(client.send(last).readResponse().status()).isEqualTo(204);
      assertThat(origin.lines()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "origin.example,     origin.example",
    "ORIGIN.example.,    origin.example",
    "both.example,       both.example",
    "localhost,          localhost",
    "127.0.0.1,          127.0.0.1",
    "[::ffff:127.0.0.1], 127.0.0.1",
  })
  void anOriginIsReachedByNameAndByAddress(String host, String named) throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client =
            gateway
                .client()
                .send(
                    "GET http://" + host + ":" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(Message.parse(origin.received()).value("Host"))
          .isEqualTo(named + ":" + origin.port());
    }
  }
}
