package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.CertificateWorkshop;
import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.Nginx;
import dev.sekisho.testing.RunningSekisho;
import dev.sekisho.testing.ScriptedDns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An nginx that speaks TLS as {@code origin.example}, known to a name server of the test's alone,
 * and before it the real gateway, which opens TLS, allows the origin and refuses what is below
 * {@code /secret}.
 */
final class InspectedSite implements AutoCloseable {
  private static final String NAME = "origin.example";

  private final Path state;
  private final ScriptedDns dns;
  private final Nginx nginx;
  private final RunningSekisho sekisho;

  private InspectedSite(Path state, ScriptedDns dns, Nginx nginx, RunningSekisho sekisho) {
    this.state = state;
    this.dns = dns;
    this.nginx = nginx;
    this.sekisho = sekisho;
  }

  /**
   * @param folder a temporary one, with what the origin serves in {@code www}
   * @param locations further lines for nginx
   */
  static InspectedSite start(Path folder, String locations) throws Exception {
    CertificateWorkshop.Made root = CertificateWorkshop.authority("origin's root").selfSigned();
    Files.writeString(folder.resolve("root.pem"), root.pem());
    Nginx nginx =
        Nginx.servingTls(folder, CertificateWorkshop.origin(NAME).signedBy(root), locations);
    ScriptedDns dns =
        ScriptedDns.start().on(NAME, ScriptedDns.Type.A, DnsStep.addresses(60, "127.0.0.1"));
    Path config =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            """
            listen: { proxy: "127.0.0.1:0", admin: "127.0.0.1:0" }
            names: { resolver: [ "%s" ] }
            origin: { trust: [ root.pem ] }
            journal: { segment-size: 4MiB, reserve: 4MiB }
            policy:
              rules:
                - name: secrets
                  to: { host: origin.example, path: /secret/** }
                  action: deny
                - name: our origin
                  to: { host: origin.example, address: 127.0.0.0/8 }
                  action: allow
            """
                .formatted(dns.authority()));
    Path state = folder.resolve("state");
    return new InspectedSite(state, dns, nginx, RunningSekisho.start(config, state));
  }

  int proxyPort() {
    return sekisho.proxyPort();
  }

  /** The URL of the proxy. */
  String gateway() {
    return "http://127.0.0.1:" + sekisho.proxyPort();
  }

  /** The URL of the origin, without a slash at the end. */
  String origin() {
    return "https://" + NAME + ":" + nginx.port();
  }

  /** What the greeting says after this word. */
  String greeting(String word) {
    return sekisho.output().stream()
        .filter(line -> line.startsWith(word))
        .map(line -> line.substring(word.length()).strip())
        .findFirst()
        .orElseThrow();
  }

  /** What {@code sekisho ca show} says. */
  String authority() {
    Said said = Said.by("ca", "show", "--state", state.toString());
    assertThat(said.status()).as(said.err()).isZero();
    return said.out();
  }

  /** What {@code sekisho log} shows. */
  List<JsonNode> records() {
    Said said = Said.by("log", "--state", state.toString(), "--format", "json");
    assertThat(said.status()).as(said.err()).isZero();
    List<JsonNode> records = new ArrayList<>();
    said.out().lines().map(JsonMapper.shared()::readTree).forEach(records::add);
    return records;
  }

  /**
   * Waits until an exchange inside TLS with this URL is written down, holds it against what every
   * such record has to have, and gives it.
   *
   * @param path of the URL, with the query
   * @param agent how the client calls itself, at the beginning
   */
  JsonNode inside(String path, String agent) throws InterruptedException {
    JsonNode record =
        await(
            path + " by " + agent,
            one ->
                text(one, "url").equals(origin() + path)
                    && text(one, "user_agent").startsWith(agent));
    assertThat(text(record, "mode")).isEqualTo("inspected");
    assertThat(text(record, "method")).isEqualTo("GET");
    assertThat(text(record, "sni")).isEqualTo(NAME);
    assertThat(text(record, "client_ip")).isEqualTo("127.0.0.1");
    String parent = text(record, "parent_id");
    JsonNode connect = await("the CONNECT " + parent, one -> text(one, "id").equals(parent));
    assertThat(text(connect, "mode")).isEqualTo("connect");
    assertThat(text(connect, "host")).isEqualTo(NAME);
    assertThat(connect.path("port").asInt()).isEqualTo(nginx.port());
    assertThat(text(connect, "decision")).isEqualTo("allow");
    return record;
  }

  /** As {@link #inside}, of an exchange that was allowed and answered. */
  JsonNode allowed(String path, String agent) throws InterruptedException {
    JsonNode record = inside(path, agent);
    assertThat(text(record, "decision")).isEqualTo("allow");
    assertThat(text(record, "rule")).isEqualTo("our origin");
    assertThat(text(record, "origin_ip")).isEqualTo("127.0.0.1");
    assertThat(record.path("status").asInt()).isEqualTo(200);
    return record;
  }

  /** Waits until a record is such. */
  JsonNode await(String what, Predicate<JsonNode> such) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      Optional<JsonNode> found = records().stream().filter(such).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.sleep(100);
    }
    throw new AssertionError("no record of " + what + " in " + records());
  }

  static String text(JsonNode record, String field) {
    return record.path(field).asString("");
  }

  @Override
  public void close() throws IOException {
    sekisho.close();
    nginx.close();
    dns.close();
  }
}
