package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens inside a CONNECT that is opened, and when it is not. */
class InspectionTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @TempDir private static Path folder;

  private static TestCertificate certificate;
  private static SSLContext showing;

  @BeforeAll
  static void certificate() throws Exception {
    certificate = TestCertificate.make(folder, "origin.example", "other.example");
    showing = certificate.showing();
  }

  private static TestGateway gateway(String yaml) throws IOException {
    return TestGateway.start(
        "origin: { trust: ["
            + certificate.certificate()
            + "] }\n"
            + (yaml.contains("inspect:") ? "" : "inspect: { never: [] }\n")
            + yaml);
  }

  private static ScriptedOrigin origin() throws IOException {
    return ScriptedOrigin.secure(
        showing,
        line -> {
          while (!line.readHead().isEmpty()) {
            line.readBody();
            line.send(OK);
          }
        });
  }

  private static InsideClient client(TestGateway gateway) throws Exception {
    return new InsideClient(gateway.port(), gateway.trusting()).naming("origin.example");
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: origin.example\r\n\r\n";
  }

  private static Record inside(TestGateway gateway) throws InterruptedException {
    return gateway.journal().awaitClosed(2).stream()
        .filter(record -> record.mode == Record.Mode.INSPECTED)
        .findFirst()
        .orElseThrow();
  }

  private static Record line(TestGateway gateway, int records) throws InterruptedException {
    return gateway.journal().awaitClosed(records).stream()
        .filter(record -> record.mode == Record.Mode.CONNECT)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void requestsInsideAreRecordedWithTheirWholeUrl() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin()) {
      try (RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
        assertThat(inside.send(get("/a/b?c=d")).readResponse().body()).isEqualTo("ok");
      }
      Record request = inside(gateway);
      Record connect = line(gateway, 2);
      assertThat(request.url).isEqualTo("https://origin.example:" + origin.port() + "/a/b?c=d");
      assertThat(request.parentId).isEqualTo(connect.id);
      assertThat(request.sni).isEqualTo("origin.example");
      assertThat(request.status).isEqualTo(200);
      assertThat(request.tlsOriginVersion).isEqualTo("TLSv1.3");
      assertThat(request.tlsOriginCipher).startsWith("TLS_");
      assertThat(connect.inspectedBecause).isEqualTo("the rule 'loopback' has the URL logged");
      assertThat(connect.decision).isEqualTo(Record.Decided.ALLOW);
      assertThat(connect.status).isEqualTo(200);
      assertThat(origin.received()).startsWith("GET /a/b?c=d HTTP/1.1\r\nHost: origin.example\r\n");
    }
  }

  @Test
  void theClientIsShownACertificateOfTheGatewaysAuthorityForTheNameItWants() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin();
        SSLSocket tls = client(gateway).handshake("origin.example:" + origin.port())) {
      X509Certificate leaf = (X509Certificate) tls.getSession().getPeerCertificates()[0];
      assertThat(List.copyOf(leaf.getSubjectAlternativeNames()))
          .isEqualTo(List.of(List.of(2, "origin.example")));
    }
  }

  @Test
  void aConnectionInsideIsKeptAndPipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                showing,
                line -> {
                  for (String head = line.readHead(); !head.isEmpty(); head = line.readHead()) {
                    String path = head.split(" ")[1];
                    line.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                  }
                })) {
      try (RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
          all.append(get("/" + i));
        }
        inside.send(all.toString());
        for (int i = 0; i < 20; i++) {
          assertThat(inside.readResponse().body()).isEqualTo("/" + i);
        }
        assertThat(inside.send(get("/last")).readResponse().body()).isEqualTo("/last");
      }
      assertThat(origin.lines()).hasSize(1);
      assertThat(gateway.journal().awaitClosed(22)).hasSize(22);
    }
  }

  @Test
  void rulesOverPathsHoldInside() throws Exception {
    try (TestGateway gateway =
            gateway(
                """
                policy:
                  rules:
                    - { name: our part, to: { host: origin.example, path: /ours/**, address: 127.0.0.0/8 }, action: allow, scan: none }
                """);
        ScriptedOrigin origin = origin();
        RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
      assertThat(inside.send(get("/ours/x")).readResponse().body()).isEqualTo("ok");
      RawClient.Response refused = inside.send(get("/theirs")).readResponse();
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.body()).contains("default");
      assertThat(inside.send(get("/ours/y")).readResponse().body()).isEqualTo("ok");
      assertThat(origin.received()).doesNotContain("/theirs");
    }
  }

  @Test
  void theRefusalOfAHostIsShownInsideWhereTlsMayBeOpened() throws Exception {
    try (TestGateway gateway =
        gateway(
            "policy: { rules: [ { name: nothing, to: { host: x.example }, action: allow } ] }\n")) {
      try (RawClient inside = client(gateway).open("origin.example:443")) {
        RawClient.Response refused =
            inside
                .send("GET / HTTP/1.1\r\nHost: origin.example\r\nAccept: text/html\r\n\r\n")
                .readResponse();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.field("Content-Type")).startsWith("text/html");
      }
      Record connect = line(gateway, 2);
      assertThat(connect.decision).isEqualTo(Record.Decided.DENY);
      assertThat(connect.rule).isEqualTo("default");
      assertThat(connect.inspectedBecause).isEqualTo("the refusal is shown inside");
      assertThat(gateway.journal().opened()).isEmpty();
    }
  }

  @Test
  void aRefusedConnectToASealedNameIsAnswered403() throws Exception {
    try (TestGateway gateway =
        gateway(
            """
            inspect: { never: [ { name: banks, host: origin.example } ] }
            policy: { rules: [ { name: nothing, to: { host: x.example }, action: allow } ] }
            """)) {
      assertThat(client(gateway).connect("origin.example:443").status()).isEqualTo(403);
    }
  }

  @Test
  void whatInspectNeverNamesStaysSealed() throws Exception {
    try (TestGateway gateway =
            gateway("inspect: { never: [ { name: banks, host: origin.example } ] }\n");
        ScriptedOrigin origin = origin()) {
      InsideClient client =
          new InsideClient(gateway.port(), certificate.trusting()).naming("origin.example");
      try (RawClient inside = client.open("origin.example:" + origin.port())) {
        assertThat(inside.send(get("/secret")).readResponse().body()).isEqualTo("ok");
      }
      Record connect = gateway.record();
      assertThat(connect.mode).isEqualTo(Record.Mode.CONNECT);
      assertThat(connect.url).isNull();
      assertThat(connect.fate).isEqualTo(Record.Fate.UNSCANNED);
      assertThat(connect.verdictReason).contains("banks");
      assertThat(connect.bytesUp).isPositive();
    }
  }

  @Test
  void plainHttpInsideAConnectIsOpenedToo() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = ScriptedOrigin.answering(OK)) {
      try (RawClient inside =
          new RawClient(client(gateway).connect("origin.example:" + origin.port()).socket())) {
        assertThat(inside.send(get("/plain")).readResponse().body()).isEqualTo("ok");
      }
      Record request = inside(gateway);
      assertThat(request.scheme).isEqualTo("http");
      assertThat(request.url).isEqualTo("http://origin.example:" + origin.port() + "/plain");
    }
  }

  @Test
  void whatIsNeitherTlsNorHttpIsCutOffUnlessTunnelled() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = ScriptedOrigin.answering("hello")) {
      try (Socket line = client(gateway).connect("origin.example:" + origin.port()).socket()) {
        line.getOutputStream().write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(line.getInputStream().read()).isEqualTo(-1);
      }
      Record connect = gateway.record();
      assertThat(connect.decision).isEqualTo(Record.Decided.DENY);
      assertThat(connect.rule).isEqualTo("inspect.cannot-open.not-tls");
      assertThat(origin.lines()).isEmpty();
    }
  }

  @Test
  void whatIsNeitherTlsNorHttpPassesWhereTheOwnerSaysSo() throws Exception {
    try (TestGateway gateway =
            gateway("inspect: { never: [], cannot-open: { not-tls: tunnel } }\n");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.read(11);
              line.send("SSH-2.0-y\r\n");
              line.readToEnd();
            })) {
      try (RawClient line =
          new RawClient(client(gateway).connect("origin.example:" + origin.port()).socket())) {
        assertThat(line.send("SSH-2.0-x\r\n").read(11)).isEqualTo("SSH-2.0-y\r\n");
        assertThat(line.send("more").socket().isClosed()).isFalse();
        line.sendEnd();
        assertThat(line.ended()).isTrue();
      }
      Record connect = gateway.record();
      assertThat(connect.decision).isEqualTo(Record.Decided.ALLOW);
      assertThat(connect.fate).isEqualTo(Record.Fate.UNSCANNED);
      assertThat(connect.verdictReason).contains("inspect.cannot-open.not-tls says tunnel");
      assertThat(origin.received()).isEqualTo("SSH-2.0-x\r\nmore");
    }
  }

  @Test
  void aServerThatSpeaksFirstIsReachedWhereTheOwnerSaysSo() throws Exception {
    try (TestGateway gateway =
            gateway(
                "inspect: { never: [], first-bytes: 200ms, cannot-open: { silent: tunnel } }\n");
        ScriptedOrigin origin =
            ScriptedOrigin.of(line -> {
              line.send("220 ready\r\n");
              line.readToEnd();
            })) {
      try (RawClient line =
          new RawClient(client(gateway).connect("origin.example:" + origin.port()).socket())) {
        assertThat(line.read(11)).isEqualTo("220 ready\r\n");
      }
      assertThat(gateway.record().verdictReason).contains("inspect.cannot-open.silent");
    }
  }

  @Test
  void aClientThatSpeaksHttp2AloneIsCutOff() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin()) {
      assertThatThrownBy(
              () -> client(gateway).offering("h2").handshake("origin.example:" + origin.port()))
          .isInstanceOf(IOException.class);
      assertThat(gateway.record().rule).isEqualTo("inspect.cannot-open.not-http1");
      assertThat(origin.lines()).isEmpty();
    }
  }

  @Test
  void aClientThatSpeaksHttp2AlonePassesWhereTheOwnerSaysSo() throws Exception {
    try (TestGateway gateway =
            gateway("inspect: { never: [], cannot-open: { not-http1: tunnel } }\n");
        ScriptedOrigin origin = origin()) {
      InsideClient client =
          new InsideClient(gateway.port(), certificate.trusting())
              .naming("origin.example")
              .offering("h2");
      try (RawClient inside = client.open("origin.example:" + origin.port())) {
        assertThat(inside.send(get("/unseen")).readResponse().body()).isEqualTo("ok");
      }
      assertThat(gateway.record().verdictReason).contains("inspect.cannot-open.not-http1");
    }
  }

  @Test
  void aClientThatNeverSpeaksIsCutOff() throws Exception {
    try (TestGateway gateway = gateway("inspect: { never: [], handshake-timeout: 300ms }\n");
        Socket line = client(gateway).connect("origin.example:443").socket()) {
      assertThat(line.getInputStream().read()).isEqualTo(-1);
      assertThat(gateway.record().rule).isEqualTo("inspect.cannot-open.silent");
    }
  }

  @Test
  void ofSeveralProtocolsHttp1IsChosen() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin();
        SSLSocket tls =
            client(gateway)
                .offering("h2", "http/1.1")
                .handshake("origin.example:" + origin.port())) {
      assertThat(tls.getApplicationProtocol()).isEqualTo("http/1.1");
    }
  }

  @Test
  void aClientThatDoesNotTrustTheAuthorityIsRecordedAsSuch() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin()) {
      InsideClient stranger =
          new InsideClient(gateway.port(), certificate.trusting()).naming("origin.example");
      assertThatThrownBy(() -> stranger.handshake("origin.example:" + origin.port()))
          .isInstanceOf(IOException.class);
      Record connect = gateway.record();
      assertThat(connect.errorSide).isEqualTo("client");
      assertThat(connect.errorKind).isEqualTo("client-refused-certificate");
      assertThat(connect.errorDetail).contains("certificate_unknown");
      assertThat(connect.sni).isEqualTo("origin.example");
      assertThat(origin.lines()).isEmpty();
    }
  }

  @Test
  void aHandshakeThatDribblesIsEnded() throws Exception {
    try (TestGateway gateway = gateway("inspect: { never: [], handshake-timeout: 500ms }\n")) {
      try (Socket line = client(gateway).connect("origin.example:443").socket()) {
        line.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
        assertThat(line.getInputStream().read()).isEqualTo(-1);
      }
      Record connect = gateway.record();
      assertThat(connect.errorKind).isEqualTo("client-tls-failed");
      assertThat(connect.errorDetail).contains("in time");
    }
  }

  @Test
  void aClientThatConnectsAndSaysNothingAsksForNothing() throws Exception {
    try (TestGateway gateway = gateway("")) {
      client(gateway).connect("origin.example:443").socket().close();
      Record connect = gateway.record();
      assertThat(connect.errorKind).isNull();
      assertThat(connect.status).isEqualTo(200);
    }
  }

  @Test
  void anOriginWithABadCertificateIsAnsweredInsideAndGetsNothing() throws Exception {
    try (TestGateway gateway = TestGateway.start("inspect: { never: [] }\n");
        ScriptedOrigin origin = origin()) {
      try (RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
        RawClient.Response refused = inside.send(get("/secret")).readResponse();
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.field("Proxy-Status")).contains("tls_certificate_error");
        assertThat(refused.body()).contains("origin.example is signed by itself");
      }
      assertThat(inside(gateway).errorKind).isEqualTo("certificate-refused");
      assertThat(origin.received()).isEmpty();
    }
  }

  @Test
  void webSocketsPassInside() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                showing,
                line -> {
                  line.readHead();
                  line.send(
                      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                  line.send("from origin");
                  line.read(11);
                })) {
      try (RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
        inside.send(
            "GET /chat HTTP/1.1\r\nHost: origin.example\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
        assertThat(inside.readHead()).startsWith("HTTP/1.1 101");
        assertThat(inside.read(11)).isEqualTo("from origin");
        inside.send("from client");
        assertThat(inside.ended()).isTrue();
      }
      List<Record> all = gateway.journal().awaitClosed(2);
      assertThat(all).anySatisfy(record -> assertThat(record.status).isEqualTo(101));
      assertThat(origin.received()).endsWith("from client");
    }
  }

  @Test
  void connectionsToOriginsAreReusedByTheNextConnect() throws Exception {
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin = origin()) {
      for (int i = 0; i < 3; i++) {
        try (RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
          assertThat(inside.send(get("/" + i)).readResponse().body()).isEqualTo("ok");
        }
        gateway.journal().awaitClosed(2 * (i + 1));
      }
      assertThat(origin.lines()).hasSize(1);
    }
  }

  @Test
  void largeBodiesPassBothWaysUnchanged() throws Exception {
    String body = "0123456789abcdef".repeat(1 << 16);
    try (TestGateway gateway = gateway("");
        ScriptedOrigin origin =
            ScriptedOrigin.secure(
                showing,
                line -> {
                  line.readHead();
                  String got = line.readBody();
                  line.send(
                      "HTTP/1.1 200 OK\r\nContent-Length: " + got.length() + "\r\n\r\n" + got);
                });
        RawClient inside = client(gateway).open("origin.example:" + origin.port())) {
      inside.send(
          "POST / HTTP/1.1\r\nHost: origin.example\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      assertThat(inside.readResponse().body()).isEqualTo(body);
    }
  }

  @Test
  void aRequestThatCannotBeReadInsideIsRefusedAndRecordedUnderItsConnect() throws Exception {
    try (TestGateway gateway = gateway("")) {
      try (RawClient inside = client(gateway).open("origin.example:443")) {
        assertThat(
                inside.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").readResponse().status())
            .isEqualTo(400);
        assertThat(inside.ended()).isTrue();
      }
      Record unread = inside(gateway);
      assertThat(unread.parentId).isEqualTo(line(gateway, 2).id);
    }
  }

  @Test
  void thereIsNoConnectInsideAConnect() throws Exception {
    try (TestGateway gateway = gateway("");
        RawClient inside = client(gateway).open("origin.example:443")) {
      assertThat(
              inside
                  .send("CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n")
                  .readResponse()
                  .status())
          .isEqualTo(400);
    }
  }
}
