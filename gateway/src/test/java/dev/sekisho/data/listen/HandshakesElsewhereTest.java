package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.ClientHellos;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections change loops for their handshakes, and whatever a client does may come at any moment
 * of that. What must hold in any case (one closed record for each exchange, no connection and no
 * buffer left) is looked at when the gateway closes.
 */
class HandshakesElsewhereTest {
  private static final int CLIENTS = 150;
  private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: origin.example\r\n\r\n";

  @TempDir static Path folder;
  private static TestCertificate certificate;

  @BeforeAll
  static void certificate() throws Exception {
    certificate = TestCertificate.make(folder, "origin.example");
  }

  private static TestGateway gateway() throws IOException {
    return TestGateway.start(
        "origin: { trust: [" + certificate.certificate() + "] }\ninspect: { never: [] }\n");
  }

  private static ScriptedOrigin origin() throws Exception {
    return ScriptedOrigin.secure(
        certificate.showing(),
        line -> {
          while (!line.readHead().isEmpty()) {
            line.readBody();
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        });
  }

  private static InsideClient client(TestGateway gateway) throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting()).naming("origin.example");
  }

  private enum Leave {
    CLOSE,
    RESET,
    HALF
  }

  private static void leave(Socket line, Leave how) throws IOException {
    switch (how) {
      case CLOSE -> {}
      case RESET -> line.setSoLinger(true, 0);
      case HALF -> line.shutdownOutput();
    }
  }

  private static void shortly(Random random) {
    LockSupport.parkNanos(random.nextInt(3_000_000));
  }

  @Test
  void clientsMayLeaveAtAnyMomentOfTheHandshake() throws Exception {
    Random random = new Random(20_261_124);
    byte[] hello = ClientHellos.naming("origin.example", "TLSv1.3");
    try (TestGateway gateway = gateway();
        ScriptedOrigin origin = origin()) {
      for (int i = 0; i < CLIENTS; i++) {
        try (Socket line = client(gateway).connect("origin.example:" + origin.port()).socket()) {
          int cut = 1 + random.nextInt(hello.length);
          line.getOutputStream().write(hello, 0, cut);
          shortly(random);
          line.getOutputStream().write(hello, cut, hello.length - cut);
          shortly(random);
          leave(line, Leave.values()[random.nextInt(Leave.values().length)]);
        }
      }
      List<Record> closed = gateway.journal().awaitClosed(CLIENTS);
      assertThat(closed).hasSize(CLIENTS);
      assertThat(closed).allMatch(record -> "client".equals(record.errorSide));
    }
  }

  @Test
  void whatComesRightBehindTheHandshakeIsTheFirstRequest() throws Exception {
    Random random = new Random(1_124);
    try (TestGateway gateway = gateway();
        ScriptedOrigin origin = origin()) {
      for (int i = 0; i < CLIENTS; i++) {
        try (SSLSocket tls = client(gateway).handshake("origin.example:" + origin.port())) {
          // With TLS 1.3 the client is done before the gateway is.
          tls.getOutputStream().write(REQUEST.repeat(2).getBytes(StandardCharsets.US_ASCII));
          LockSupport.parkNanos(random.nextInt(2) * 1_000_000L);
          RawClient inside = new RawClient(tls);
          assertThat(inside.readResponse().body()).isEqualTo("ok");
          assertThat(inside.readResponse().body()).isEqualTo("ok");
        }
      }
      assertThat(gateway.journal().awaitClosed(3 * CLIENTS)).hasSize(3 * CLIENTS);
    }
  }

  @Test
  void clientsMayLeaveWhileTheOriginIsShakenHandsWith() throws Exception {
    Random random = new Random(11);
    try (TestGateway gateway = gateway();
        ScriptedOrigin origin = origin()) {
      for (int i = 0; i < CLIENTS; i++) {
        try (SSLSocket tls = client(gateway).handshake("origin.example:" + origin.port())) {
          tls.getOutputStream()
              .write(REQUEST.replace("/a", "/" + i).getBytes(StandardCharsets.US_ASCII));
          shortly(random);
        }
      }
      // A request that had not come when its client left is none.
      assertThat(gateway.journal().awaitClosed(CLIENTS).size()).isGreaterThanOrEqualTo(CLIENTS);
    }
  }

  @Test
  void aGatewayThatClosesEndsHandshakesThatAreUnderWay() throws Exception {
    byte[] hello = ClientHellos.naming("origin.example", "TLSv1.3");
    try (TestGateway gateway = gateway();
        ScriptedOrigin origin = origin()) {
      for (int i = 0; i < 20; i++) {
        Socket line = client(gateway).connect("origin.example:" + origin.port()).socket();
        line.getOutputStream().write(hello);
        // Half of them have seen the beginning of the answer.
        line.getInputStream().skipNBytes(i % 2);
      }
    }
  }
}
