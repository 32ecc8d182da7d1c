package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sekisho.testing.CertificateWorkshop;
import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.ClientHellos;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.RunningSekisho;
import dev.sekisho.testing.ScriptedDns;
import dev.sekisho.testing.TlsOrigin;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real process where it opens TLS, as operators meet it. */
class InspectingDaemonTest {
  private static final String NAME = "origin.example";

  @TempDir Path folder = Path.of("");

  private ScriptedDns dns;
  private TlsOrigin origin;
  private RunningSekisho sekisho;

  @BeforeEach
  void start() throws Exception {
    Made root = CertificateWorkshop.authority("origin's root").selfSigned();
    Made leaf = CertificateWorkshop.origin(NAME).signedBy(root);
    origin = new TlsOrigin(List.of(leaf.certificate()), leaf.key(), TlsOrigin.Manner.USUAL);
    dns = ScriptedDns.start().on(NAME, ScriptedDns.Type.A, DnsStep.addresses(60, "127.0.0.1"));
    Files.writeString(folder.resolve("root.pem"), root.pem());
    Path config =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            """
            listen: { proxy: "127.0.0.1:0", admin: "127.0.0.1:0" }
            names: { resolver: [ "%s" ] }
            origin: { trust: [ root.pem ] }
            journal: { segment-size: 4MiB, reserve: 4MiB }
            scan: { default: none }
            policy:
              rules:
                - { name: our origin, to: { host: origin.example, address: 127.0.0.0/8 }, action: allow }
            """
                .formatted(dns.authority()));
    sekisho = RunningSekisho.start(config, state());
  }

  @AfterEach
  void stop() {
    sekisho.close();
    origin.close();
    dns.close();
  }

  private Path state() {
    return folder.resolve("state");
  }

  // What clients fetch, and whom they trust by it.

  private List<X509Certificate> published() throws Exception {
    try (RawClient client = new RawClient(sekisho.proxyPort())) {
      String pem =
          client
              .send("GET /ca.pem HTTP/1.1\r\nHost: sekisho\r\nConnection: close\r\n\r\n")
              .readResponse()
              .body();
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  private static SSLContext trusting(X509Certificate... authorities) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    for (X509Certificate authority : authorities) {
      trusted.setCertificateEntry("a" + trusted.size(), authority);
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private InsideClient client(SSLContext trust) {
    return new InsideClient(sekisho.proxyPort(), trust).naming(NAME);
  }

  private String authority() {
    return NAME + ":" + origin.port();
  }

  private X509Certificate issuedBy(X509Certificate authority) throws Exception {
    try (SSLSocket tls = client(trusting(authority)).handshake(authority())) {
      X509Certificate leaf = (X509Certificate) tls.getSession().getPeerCertificates()[0];
      leaf.verify(authority.getPublicKey());
      return leaf;
    }
  }

  private static void get(RawClient inside, String path) throws IOException {
    RawClient.Response response =
        inside.send("GET " + path + " HTTP/1.1\r\nHost: " + NAME + "\r\n\r\n").readResponse();
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("ok");
  }

  private String rotate() {
    Said said = Said.by("ca", "rotate", "--state", state().toString());
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    return said.out();
  }

  @Test
  void theAuthorityIsRotatedWithoutSurprisingAnybody() throws Exception {
    X509Certificate old = published().getFirst();
    try (RawClient before = client(trusting(old)).open(authority())) {
      get(before, "/before");

      assertThat(rotate()).contains("published beside the current one");
      sekisho.signal("HUP");
      sekisho.awaitOutput("is published beside the current one");
      List<X509Certificate> both = published();
      assertThat(both).hasSize(2).first().isEqualTo(old);
      X509Certificate next = both.getLast();
      issuedBy(old);
      get(before, "/announced");

      assertThat(rotate()).contains("signs from now on");
      sekisho.signal("HUP");
      sekisho.awaitOutput("signs from now on");
      assertThat(published()).containsExactly(next);
      issuedBy(next);
      assertThatThrownBy(() -> client(trusting(old)).handshake(authority()))
          .isInstanceOf(IOException.class);
      get(before, "/after");
    }
    assertThat(origin.bytes()).isPositive();
  }

  // Who refuses the certificate.

  private String admin(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sekisho.adminPort() + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private void awaitMetric(String line) throws Exception {
    for (int i = 0; i < 500 && !admin("/metrics").contains(line); i++) {
      Thread.sleep(10);
    }
    assertThat(admin("/metrics")).contains(line);
  }

  /** Waits until so many handshakes that failed are counted. */
  private JsonNode refusals(int times) throws Exception {
    JsonNode lines = JsonMapper.shared().createArrayNode();
    for (int i = 0; i < 500; i++) {
      lines = JsonMapper.shared().readTree(admin("/certificate-refusals"));
      int sum = 0;
      for (JsonNode line : lines) {
        sum += line.path("times").asInt();
      }
      if (sum >= times) {
        return lines;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("not " + times + " refusals: " + lines);
  }

  private static JsonNode only(JsonNode lines, String kind) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode line : lines) {
      if (line.path("kind").asString().equals(kind)) {
        found.add(line);
      }
    }
    assertThat(found).as(kind + " in " + lines).hasSize(1);
    return found.getFirst();
  }

  @Test
  void thoseWhoRefuseTheCertificateAreCountedByClientAndNameAndScansAreNot() throws Exception {
    byte[] hello = ClientHellos.naming(NAME);
    client(SSLContext.getDefault()).connect(authority()).socket().close();
    try (Socket scan = client(SSLContext.getDefault()).connect(authority()).socket()) {
      scan.getOutputStream().write(hello, 0, 100);
    }
    awaitMetric("sekisho_failures_total{kind=\"client-tls-failed\",side=\"client\"} 1.0");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> client(SSLContext.getDefault()).handshake(authority()))
          .isInstanceOf(IOException.class);
    }
    for (int i = 0; i < 3; i++) {
      try (Socket line = client(SSLContext.getDefault()).connect(authority()).socket()) {
        line.getOutputStream().write(hello);
        assertThat(line.getInputStream().readNBytes(100)).hasSize(100);
      }
    }

    JsonNode lines = refusals(5);
    assertThat(lines).hasSize(2);
    JsonNode alerts = only(lines, "client-refused-certificate");
    assertThat(alerts.path("client").asString()).isEqualTo("127.0.0.1");
    assertThat(alerts.path("name").asString()).isEqualTo(NAME);
    assertThat(alerts.path("times").asInt()).isEqualTo(2);
    assertThat(alerts.path("detail").asString()).contains("certificate_unknown");
    JsonNode silent = only(lines, "client-left-at-certificate");
    assertThat(silent.path("name").asString()).isEqualTo(NAME);
    assertThat(silent.path("times").asInt()).isEqualTo(3);
    assertThat(silent.path("detail").asString()).contains("without an alert");
    assertThat(admin("/metrics"))
        .contains("sekisho_failures_total{kind=\"client-refused-certificate\",side=\"client\"} 2.0")
        .contains(
            "sekisho_failures_total{kind=\"client-left-at-certificate\",side=\"client\"} 3.0");
    assertThat(origin.bytes()).isZero();
  }
}
