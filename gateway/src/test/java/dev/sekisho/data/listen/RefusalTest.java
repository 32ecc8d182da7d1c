package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.Program;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestCertificate;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people and programs are told when policy says no. */
class RefusalTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @TempDir private static Path folder;

  private static TestCertificate certificate;

  private TestGateway gateway;
  private ScriptedOrigin origin;

  @BeforeAll
  static void certificate() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @BeforeEach
  void start() throws IOException {
    origin = ScriptedOrigin.answering(OK);
    gateway =
        TestGateway.startWithTls(
            certificate,
            """
            policy:
              rules:
                - name: no "secrets"
                  to: { path: /secret/** }
                  action: deny
                - name: our hosts
                  to: { host: [origin.example, other.example], address: 127.0.0.0/8 }
                  action: allow
            """);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    origin.close();
  }

  private String get(String host, String path, String fields) {
    return "GET http://"
        + host
        + ":"
        + origin.port()
        + path
        + " HTTP/1.1\r\nHost: x\r\n"
        + fields
        + "\r\n";
  }

  @Test
  void programsGetAProblemDocument() throws Exception {
    try (RawClient client = gateway.client()) {
      RawClient.Response response =
          client.send(get("other.example", "/secret/a", "")).readResponse();
      Record record = gateway.record();
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.field("Content-Type")).isEqualTo("application/problem+json");
      assertThat(response.field("Proxy-Status"))
          .isEqualTo(
              "sekisho; error=http_request_denied; details=\"rule no \\\"secrets\\\"; record "
                  + record.id
                  + "\"");
      assertThat(response.body())
          .contains(
              "\"status\":403",
              "\"rule\":\"no \\\"secrets\\\"\"",
              "\"record\":\"" + record.id + "\"");
      assertThat(record.decision).isEqualTo(Record.Decided.DENY);
      assertThat(record.rule).isEqualTo("no \"secrets\"");
      assertThat(record.status).isEqualTo(403);
      assertThat(gateway.journal().opened()).isEmpty();
      assertThat(client.send(get("other.example", "/open", "")).readResponse().status())
          .isEqualTo(200);
      assertThat(origin.received()).doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "en             | lang=\"en\"",
        "ja             | lang=\"ja\"",
        "ja,en;q=0.8    | lang=\"ja\"",
        "en,ja;q=0.8    | lang=\"en\"",
        "fr             | lang=\"en\"",
      })
  void browsersGetAPageInTheirLanguage(String accepted, String language) throws Exception {
    String fields =
        "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: "
            + accepted
            + "\r\n";
    try (RawClient client =
        gateway
            .client()
            .send(
                get("other.example", "/secret/<script>", fields)
                    .replace("<script>", "%3Cscript%3E'"))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.field("Content-Type")).isEqualTo("text/html; charset=utf-8");
      assertThat(
              new String(
                  response.body().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
          .contains(
              language,
              "no &quot;secrets&quot;",
              gateway.record().id.toString(),
              "%3Cscript%3E&#39;");
    }
  }

  @Test
  void aRefusedHeadHasNoBody() throws Exception {
    try (RawClient client = gateway.client()) {
      String head = get("other.example", "/secret/a", "").replace("GET", "HEAD");
      for (int i = 0; i < 2; i++) {
        assertThat(client.send(head).readResponse("HEAD").status()).isEqualTo(403);
      }
    }
  }

  @Test
  void aRefusedRequestWithABodyEndsTheConnection() throws Exception {
    String post =
        get("other.example", "/secret/a", "Content-Length: 70\r\n").replace("GET", "POST");
    try (RawClient client = gateway.client().send(post + get("other.example", "/smuggled", ""))) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.field("Connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
      assertThat(origin.lines()).isEmpty();
    }
  }

  @Test
  void aTunnelToNowhereAllowedIsRefused() throws Exception {
    try (RawClient client =
        gateway
            .client()
            .send("CONNECT six.example:443 HTTP/1.1\r\nHost: six.example:443\r\n\r\n")) {
      RawClient.Response response = client.readResponse();
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.field("Proxy-Status")).contains("error=http_request_denied");
    }
    assertThat(gateway.record().mode).isEqualTo(Record.Mode.CONNECT);
  }

  @Test
  void aRefusalReachesAClientThatIsStillSending() throws Exception {
    Path large = Files.writeString(folder.resolve("large"), "x".repeat(5 << 20));
    for (String tls :
        new String[] {
          "http://127.0.0.1:" + gateway.port(), "https://127.0.0.1:" + gateway.tlsPort()
        }) {
      Program.Result curl =
          Program.run(
              "curl",
              "-q",
              "-sS",
              "--max-time",
              "20",
              "--proxy-insecure",
              "-x",
              tls,
              "-H",
              "Expect:",
              "-T",
              large.toString(),
              "-w",
              "%{http_code}",
              "http://other.example:" + origin.port() + "/secret/a");
      assertThat(curl.output()).as(curl.errors()).endsWith("403");
    }
    assertThat(origin.lines()).isEmpty();
  }
}
