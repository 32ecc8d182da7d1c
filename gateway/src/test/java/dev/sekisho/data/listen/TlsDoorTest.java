package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.Program;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The explicit proxy over TLS. */
class TlsDoorTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @TempDir private static Path folder;

  private static TestCertificate certificate;
  private static SSLContext trusting;

  private TestGateway gateway;

  @BeforeAll
  static void certificate() throws Exception {
    certificate = TestCertificate.make(folder);
    trusting = certificate.trusting();
  }

  @BeforeEach
  void start() throws IOException {
    gateway = TestGateway.startWithTls(certificate);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  private RawClient client() throws IOException {
    return new RawClient(trusting.getSocketFactory().createSocket("127.0.0.1", gateway.tlsPort()));
  }

  private static String get(ScriptedOrigin origin) {
    return "GET http://"
        + origin.authority()
        + "/ HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  private static String connect(ScriptedOrigin origin) {
    return "CONNECT "
        + origin.authority()
        + " HTTP/1.1\r\nHost: "
        + origin.authority()
        + "\r\n\r\n";
  }

  @Test
  void requestsAreForwardedAndTheListenerIsRecorded() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK);
        RawClient client = client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(get(origin)).readResponse().body()).isEqualTo("ok");
      }
      assertThat(origin.lines()).hasSize(1);
    }
    assertThat(gateway.journal().awaitClosed(3))
        .allSatisfy(record -> assertThat(record.listener).isEqualTo("proxy-tls"));
  }

  @Test
  void theScriptForBrowsersSendsThemToThisDoor() throws Exception {
    try (RawClient client = client()) {
      String script =
          client
              .send("GET /proxy.pac HTTP/1.1\r\nHost: gateway.example:3129\r\n\r\n")
              .readResponse()
              .body();
      assertThat(script).contains("\"HTTPS gateway.example:3129\"");
    }
  }

  @Test
  void fiveMegabytesPassEachWay() throws Exception {
    String large = "0123456789abcde\n".repeat(5 << 16);
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.readHead();
              String body = line.readBody();
              line.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            });
        RawClient client = client()) {
      client.send(
          "PUT http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: "
              + large.length()
              + "\r\n\r\n"
              + large);
      assertThat(client.readResponse().body().equals(large)).isTrue();
    }
  }

  @Test
  void aTunnelCarriesBothWaysAndItsEndIsSeen() throws Exception {
    try (ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.send("220 hello\r\n");
              line.send("you said " + line.read(4));
            });
        RawClient client = client().send(connect(origin))) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(client.read(11)).isEqualTo("220 hello\r\n");
      assertThat(client.send("this").readToEnd()).isEqualTo("you said this");
    }
    assertThat(gateway.record().bytesUp).isEqualTo(4);
    assertThat(gateway.record().bytesDown).isEqualTo(24);
  }

  @Test
  void anOriginThatSpeaksAndClosesAtOnceIsHeard() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.of(line -> line.send("all I have"));
        RawClient client = client().send(connect(origin))) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(client.readToEnd()).isEqualTo("all I have");
    }
    assertThat(gateway.record().bytesDown).isEqualTo(10);
  }

  @Test
  void theClientsEndReachesTheOriginAfterAllItSent() throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    try (ScriptedOrigin origin = ScriptedOrigin.of(line -> heard.complete(line.readToEnd()));
        RawClient client = client().send(connect(origin))) {
      client.readHead();
      client.send("this").sendEnd();
      assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("this");
    }
  }

  @Test
  void aClientThatSpeaksNoTlsIsClosed() throws Exception {
    try (RawClient client =
        new RawClient(gateway.tlsPort()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(client.readToEnd()).doesNotContain("HTTP/1.1 ");
    }
    assertThat(gateway.journal().closed()).isEmpty();
  }

  @Test
  void aClientThatDoesNotTrustTheCertificateIsClosed() throws Exception {
    Program.Result curl =
        Program.run(
            "curl",
            "-q",
            "-sS",
            "--max-time",
            "20",
            "-x",
            "https://127.0.0.1:" + gateway.tlsPort(),
            "http://origin.example/");
    assertThat(curl.exit()).isEqualTo(60);
    assertThat(gateway.journal().closed()).isEmpty();
  }

  @Test
  void curlGoesThroughTlsByRequestAndByTunnel() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      for (String tunnel : new String[] {"--no-proxytunnel", "--proxytunnel"}) {
        Program.Result curl =
            Program.run(
                "curl",
                "-q",
                "-sS",
                "--max-time",
                "20",
                "--proxy-cacert",
                certificate.certificate().toString(),
                tunnel,
                "-x",
                "https://127.0.0.1:" + gateway.tlsPort(),
                "http://" + origin.authority() + "/");
        assertThat(curl.output()).as(curl.errors()).isEqualTo("ok");
      }
    }
  }
}
