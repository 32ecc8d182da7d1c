package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exchanges in which the order of things counts: nothing is held back that one side waits for. */
class StreamingTest {
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

  private static String get(ScriptedOrigin origin, String path) {
    return "GET http://"
        + origin.authority()
        + path
        + " HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  private static String post(ScriptedOrigin origin, String fields) {
    return "POST http://"
        + origin.authority()
        + "/p HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anEventArrivesBeforeTheNextIsSent() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send(
                  "HTTP/1.1 200 OK\r\n"
                      + "Content-Type: text/event-stream\r\n"
                      + "Transfer-Encoding: chunked\r\n\r\n"
                      + "9\r\n"
                      + "data: 1\n\n\r\n");
              await(arrived);
              line.send("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
            });
        RawClient client = gateway.client().send(get(origin, "/events"))) {
      assertThat(client.readHead()).contains("text/event-stream");
      assertThat(client.readChunk()).isEqualTo("data: 1\n\n");
      arrived.countDown();
      assertThat(client.readChunk()).isEqualTo("data: 2\n\n");
      assertThat(client.readChunk()).isEmpty();
    }
  }

  @Test
  void theHeadArrivesBeforeTheBodyHasBegun() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
              await(arrived);
              line.send("body");
            });
        RawClient client = gateway.client().send(get(origin, "/"))) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
      arrived.countDown();
      assertThat(client.read(4)).isEqualTo("body");
    }
  }

  @Test
  void anUploadReachesTheOriginWhileItIsBeingSent() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              assertThat(line.read(5)).isEqualTo("first");
              first.countDown();
              assertThat(line.read(6)).isEqualTo("second");
              second.countDown();
              assertThat(line.read(5)).isEqualTo("third");
              line.send(OK);
            });
        RawClient client =
            gateway.client().send(post(origin, "Content-Length: 16\r\n") + "first")) {
      await(first);
      client.send("second");
      await(second);
      client.send("third");
      assertThat(client.readResponse().status()).isEqualTo(200);
    }
    assertThat(gateway.record().bytesUp).isEqualTo(16);
    assertThat(gateway.record().bytesDown).isEqualTo(2);
  }

  @Test
  void chunksReachTheOriginWhileMoreAreBeingSent() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.read("5\r\nfirst\r\n".length());
              first.countDown();
              line.read("6\r\nsecond\r\n0\r\n\r\n".length());
              line.send(OK);
            });
        RawClient client =
            gateway
                .client()
                .send(post(origin, "Transfer-Encoding: chunked\r\n") + "5\r\nfirst\r\n")) {
      await(first);
      client.send("6\r\nsecond\r\n0\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(200);
    }
  }

  @Test
  void theBodyIsSentAfterA100AndNotBefore() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              assertThat(line.socket().getInputStream().available()).isZero();
              line.send("HTTP/1.1 100 Continue\r\n\r\n");
              line.readBody();
              line.send(OK);
            });
        RawClient client =
            gateway.client().send(post(origin, "Expect: 100-continue\r\nContent-Length: 4\r\n"))) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
      client.send("body");
      assertThat(client.readResponse().status()).isEqualTo(200);
      assertThat(origin.received()).contains("\r\nExpect: 100-continue\r\n").endsWith("body");
    }
  }

  @Test
  void afterARefusedExpectationTheConnectionIsClosed() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
              line.readToEnd();
            });
        RawClient client =
            gateway.client().send(post(origin, "Expect: 100-continue\r\nContent-Length: 4\r\n"))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(417);
      assertThat(response.field("Connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void earlyHintsArriveBeforeTheResponse() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n");
              await(arrived);
              line.send("HTTP/1.1 103 Early Hints\r\nLink: </t.css>; rel=preload\r\n\r\n" + OK);
            });
        RawClient client = gateway.client().send(get(origin, "/"))) {
      assertThat(client.readHead())
          .startsWith("HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n");
      arrived.countDown();
      assertThat(client.readHead()).startsWith("HTTP/1.1 103 ").contains("/t.css");
      assertThat(client.readResponse().body()).isEqualTo("ok");
    }
    assertThat(gateway.record().status).isEqualTo(200);
  }

  @Test
  void clientsOfHttp10AreSpared1xx() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" + OK);
        RawClient client =
            gateway.client().send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n")) {
      assertThat(client.readToEnd())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .endsWith("\r\n\r\nok")
          .doesNotContain("103");
    }
  }

  @Test
  void anEarlyErrorReachesAClientThatIsStillSending() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much");
              line.socket().getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            });
        RawClient client =
            gateway
                .client()
                .send(post(origin, "Content-Length: 100000000\r\n") + "x".repeat(100_000))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.body()).isEqualTo("too much");
      assertThat(response.field("Connection")).isEqualTo("close");
    }
    assertThat(gateway.record().status).isEqualTo(413);
    assertThat(gateway.record().errorKind).isNull();
  }

  @Test
  void anEarlyErrorReachesTheClientWhenTheOriginReadsNothingAndCloses() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send(
                  "HTTP/1.1 413 Content Too Large\r\n"
                      + "Connection: close\r\n"
                      + "Content-Length: 8\r\n\r\n"
                      + "too much");
            });
        RawClient client = gateway.client().send(post(origin, "Content-Length: 100000000\r\n"))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.body()).isEqualTo("too much");
    }
  }

  @Test
  void twentyPipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (ScriptedOrigin origin = echoingPaths()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        requests.append(get(origin, "/" + i));
      }
      try (RawClient client = gateway.client().send(requests.toString())) {
        for (int i = 0; i < 20; i++) {
          assertThat(client.readResponse().body()).isEqualTo("/" + i);
        }
      }
      assertThat(origin.lines()).hasSize(1);
    }
    assertThat(gateway.journal().awaitClosed(20)).hasSize(20);
  }

  @Test
  void pipelinedBodiesAreNotTakenForRequests() throws Exception {
    try (ScriptedOrigin origin = echoingPaths()) {
      String smuggled = get(origin, "/smuggled");
      String request = post(origin, "Content-Length: " + smuggled.length() + "\r\n") + smuggled;
      try (RawClient client = gateway.client().send(request + request + get(origin, "/last"))) {
        assertThat(client.readResponse().body()).isEqualTo("/p");
        assertThat(client.readResponse().body()).isEqualTo("/p");
        assertThat(client.readResponse().body()).isEqualTo("/last");
      }
    }
    assertThat(gateway.journal().awaitClosed(3)).hasSize(3);
  }

  /** Answers every request with the path it asked for. */
  private static ScriptedOrigin echoingPaths() throws IOException {
    return ScriptedOrigin.of(line -> {
      for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
        line.readBody();
        String path = head.split(" ")[1];
        line.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
      }
    });
  }

  @Test
  void connectionsAreKeptOnBothSides() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      for (int i = 0; i < 3; i++) {
        try (RawClient client = gateway.client()) {
          for (int j = 0; j < 3; j++) {
            assertThat(client.send(get(origin, "/")).readResponse().status()).isEqualTo(200);
            assertThat(
                    client
                        .send(post(origin, "Content-Length: 3\r\n"))
                        .send("abc")
                        .readResponse()
                        .status())
                .isEqualTo(200);
          }
        }
      }
      assertThat(origin.lines()).hasSize(1);
    }
    assertThat(gateway.journal().awaitClosed(18)).hasSize(18);
  }

  @Test
  void oneByteAtATimeIsEnoughInBothDirections() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.readBody();
              for (char c :
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\nX-T: 1\r\n\r\n"
                      .toCharArray()) {
                line.send(String.valueOf(c));
              }
            });
        RawClient client = gateway.client()) {
      for (char c :
          (post(origin, "Transfer-Encoding: chunked\r\n") + "2\r\nhi\r\n0\r\nX-U: 2\r\n\r\n")
              .toCharArray()) {
        client.send(String.valueOf(c));
      }
      RawClient.Response response = client.readResponse();
      assertThat(response.body()).isEqualTo("helloyou");
      assertThat(response.trailers()).isEqualTo("X-T: 1\r\n");
      assertThat(origin.received()).endsWith("\r\n\r\n2\r\nhi\r\n0\r\nX-U: 2\r\n\r\n");
    }
  }
}
