package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What goes wrong with an origin, with a client or with the journal: what the client sees of it,
 * and what is written down.
 */
class FailureTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway =
        TestGateway.start(
            "limits: { response-timeout: 1s, body-timeout: 1s }\n"
                + "origin: { connect-timeout: 500ms }\n");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private static String request(String method, String authority, String fields) {
    return method
        + " http://"
        + authority
        + "/ HTTP/1.1\r\nHost: "
        + authority
        + "\r\n"
        + fields
        + "\r\n";
  }

  private void assertRefused(RawClient client, int status, String error, String side, String kind)
      throws Exception {
    RawClient.Response response = client.readResponse();
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.field("Proxy-Status")).startsWith("sekisho; error=" + error + "; details=");
    Record record = gateway.record();
    assertThat(record.status).isEqualTo(status);
    assertThat(record.errorSide).isEqualTo(side);
    assertThat(record.errorKind).isEqualTo(kind);
    assertThat(record.errorDetail).isNotEmpty();
    assertThat(response.field("Proxy-Status")).contains(record.id.toString());
  }

  private static int portOfNobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void anOriginThatRefusesIsA502() throws Exception {
    try (RawClient client =
        gateway.client().send(request("GET", "127.0.0.1:" + portOfNobody(), ""))) {
      assertRefused(client, 502, "connection_refused", "origin", "connect-refused");
    }
  }

  @Test
  void aTunnelToAnOriginThatRefusesIsA502() throws Exception {
    String authority = "127.0.0.1:" + portOfNobody();
    try (RawClient client =
        gateway
            .client()
            .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")) {
      assertRefused(client, 502, "connection_refused", "origin", "connect-refused");
    }
  }

  @Test
  void anOriginThatDoesNotTakeTheConnectionIsA504() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawClient first = new RawClient(deaf.getLocalPort());
        RawClient second = new RawClient(deaf.getLocalPort());
        RawClient client =
            gateway.client().send(request("GET", "127.0.0.1:" + deaf.getLocalPort(), ""))) {
      assertThat(first.socket().isConnected() && second.socket().isConnected()).isTrue();
      assertRefused(client, 504, "connection_timeout", "origin", "connect-timeout");
    }
  }

  @Test
  void aNameThatDoesNotExistIsA502() throws Exception {
    try (RawClient client = gateway.client().send(request("GET", "nowhere.invalid", ""))) {
      assertRefused(client, 502, "dns_error", "origin", "name-not-found");
    }
  }

  @Test
  void anOriginThatClosesWithoutAnAnswerIsA502() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readHead);
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertRefused(client, 502, "connection_terminated", "origin", "connection-lost");
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void anOriginThatResetsIsA502() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.reset();
            });
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertRefused(client, 502, "connection_terminated", "origin", "connection-lost");
    }
  }

  @Test
  void anOriginThatNeverAnswersIsA504() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readToEnd);
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertRefused(client, 504, "connection_read_timeout", "origin", "read-timeout");
    }
  }

  @Test
  void aBodyThatStopsArrivingIsA408() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(ScriptedOrigin.Line::readToEnd);
        RawClient client =
            gateway
                .client()
                .send(request("POST", origin.authority(), "Content-Length: 10\r\n") + "half")) {
      assertRefused(client, 408, "http_request_error", "client", "request-timeout");
    }
  }

  @Test
  void anOriginThatStopsTakingTheBodyIsA504() throws Exception {
    byte[] body = new byte[50_000_000];
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
            });
        RawClient client =
            gateway
                .client()
                .send(request("POST", origin.authority(), "Content-Length: 50000000\r\n"))) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.send(body);
                } catch (IOException closed) {
                  assertThat(closed).isNotNull();
                }
              });
      assertRefused(client, 504, "connection_write_timeout", "origin", "write-timeout");
      over.countDown();
      sender.join();
    }
  }

  @Test
  void aHeadThatEndsInTheMiddleIsA502() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answeringOnce("HTTP/1.1 200 OK\r\nContent-Le");
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertRefused(client, 502, "http_response_incomplete", "origin", "response-incomplete");
    }
  }

  @Test
  void aResponseShorterThanItsLengthIsSeenToBeIncomplete() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
              assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            });
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertThat(client.readHead()).contains("Content-Length: 10\r\n");
      assertThat(client.read(4)).isEqualTo("half");
      arrived.countDown();
      assertThat(client.readToEnd()).isEmpty();
    }
    assertIncomplete();
  }

  @Test
  void aResponseWithoutItsLastChunkIsSeenToBeIncomplete() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
              assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            });
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      client.readHead();
      assertThat(client.readChunk()).isEqualTo("half");
      arrived.countDown();
      assertThat(client.readToEnd()).isEmpty();
    }
    assertIncomplete();
  }

  @Test
  void clientsOfHttp10SeeAMissingLastChunkAsAReset() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
              assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            });
        RawClient client =
            gateway.client().send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n")) {
      client.readHead();
      assertThat(client.read(4)).isEqualTo("half");
      arrived.countDown();
      assertThatExceptionOfType(SocketException.class).isThrownBy(client::readToEnd);
    }
    assertIncomplete();
  }

  @Test
  void aResponseThatStopsArrivingIsBrokenOff() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
              line.readToEnd();
            });
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      client.readHead();
      assertThat(client.readToEnd()).isEqualTo("half");
    }
    assertThat(gateway.record().errorKind).isEqualTo("read-timeout");
    assertThat(gateway.record().status).isEqualTo(200);
  }

  private void assertIncomplete() throws InterruptedException {
    Record record = gateway.record();
    assertThat(record.status).isEqualTo(200);
    assertThat(record.bytesDown).isEqualTo(4);
    assertThat(record.errorSide).isEqualTo("origin");
    assertThat(record.errorKind).isEqualTo("response-incomplete");
  }

  @Test
  void aClientThatLeavesWhileTheOriginThinksClosesTheOriginsSide() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptedOrigin origin =
        ScriptedOrigin.of(line -> {
          line.readHead();
          asked.countDown();
          line.readToEnd();
          ended.countDown();
        })) {
      try (RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
        assertThat(client.socket().isConnected() && asked.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertClientLeft();
  }

  @Test
  void aClientThatLeavesWhileTheGatewayDialsEndsTheExchange() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawClient first = new RawClient(deaf.getLocalPort());
        RawClient second = new RawClient(deaf.getLocalPort())) {
      assertThat(first.socket().isConnected() && second.socket().isConnected()).isTrue();
      gateway.client().send(request("GET", "127.0.0.1:" + deaf.getLocalPort(), "")).close();
      assertClientLeft();
      assertThat(gateway.record().phase).isEqualTo("dial");
    }
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAResponseClosesTheOriginsSide() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptedOrigin origin =
        ScriptedOrigin.of(line -> {
          line.readHead();
          line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
          line.readToEnd();
          ended.countDown();
        })) {
      try (RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
        client.readHead();
        client.read(4);
      }
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertClientLeft();
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAnUploadClosesTheOriginsSide() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptedOrigin origin =
        ScriptedOrigin.of(line -> {
          line.readHead();
          line.read(4);
          began.countDown();
          line.readToEnd();
          ended.countDown();
        })) {
      try (RawClient client =
          gateway
              .client()
              .send(request("POST", origin.authority(), "Content-Length: 10\r\n") + "half")) {
        assertThat(client.socket().isConnected() && began.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertClientLeft();
  }

  private void assertClientLeft() throws InterruptedException {
    assertThat(gateway.record().errorSide).isEqualTo("client");
    assertThat(gateway.record().errorKind).isEqualTo("client-left");
  }

  @Test
  void nothingReachesAnOriginThatTheJournalCannotRecord() throws Exception {
    gateway
        .journal()
        .answers(new Journal.Appended.Refused("the disk is full", Journal.OnFailure.REFUSE));
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.body()).contains("the disk is full");
      client.send(
          "CONNECT "
              + origin.authority()
              + " HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      assertThat(client.readResponse().status()).isEqualTo(503);
      assertThat(origin.lines()).isEmpty();
      gateway.journal().answers(new Journal.Appended.Written());
      try (RawClient next = gateway.client().send(request("GET", origin.authority(), ""))) {
        assertThat(next.readResponse().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aJournalThatMayFailLetsItPass() throws Exception {
    gateway
        .journal()
        .answers(new Journal.Appended.Refused("the disk is full", Journal.OnFailure.PASS));
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = gateway.client().send(request("GET", origin.authority(), ""))) {
      assertThat(client.readResponse().status()).isEqualTo(200);
    }
  }
}
