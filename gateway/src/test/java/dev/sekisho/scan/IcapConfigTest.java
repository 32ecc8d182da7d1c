package dev.sekisho.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.scan.icap.IcapConfig;
import dev.sekisho.scan.icap.IcapUrl;
import dev.sekisho.testing.CertificateWorkshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcapConfigTest {
  @TempDir Path folder;

  private ScanConfig read(String icap, Problems problems) {
    return Scans.config("engines: { icap: " + icap + " }", folder, problems);
  }

  private IcapConfig server(String icap) {
    Problems problems = new Problems();
    ScanConfig config = read(icap, problems);
    assertThat(problems.all()).isEmpty();
    return ((EngineConfig.IcapEngine) config.engines().getFirst()).server();
  }

  private List<String> problems(String icap) {
    Problems problems = new Problems();
    read(icap, problems);
    return problems.all().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "icap://127.0.0.1:1345/avscan, icap://127.0.0.1:1345/avscan",
    "icap://127.0.0.1/avscan, icap://127.0.0.1:1344/avscan",
    "icaps://icap.example/, icaps://icap.example:11344/",
    "icaps://my_host-1.example:1/a/b?c=d&e=%20, icaps://my_host-1.example:1/a/b?c=d&e=%20",
    "icap://[2001:db8::1]/a, icap://[2001:db8::1]:1344/a"
  })
  void readsWhereAServiceIs(String text, String said) {
    assertThat(IcapUrl.parse(text)).map(IcapUrl::toString).isEqualTo(Optional.of(said));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "icap:",
        "icap://",
        "icap://host",
        "icap:///avscan",
        "http://host/avscan",
        "ICAP://host/avscan",
        "icap://host:0/avscan",
        "icap://host:65536/avscan",
        "icap://host:/avscan",
        "icap://user@host/avscan",
        "icap://host/av scan",
        "icap://host/avscan#part",
        "icap://2001:db8::1/avscan",
        "icap://[host]/avscan",
        "icap://[1.2.3]/avscan",
        "icap://300.1.1.1/avscan",
        "icap://1.2.3/avscan",
        "icap://-host/avscan",
        "icap://host-/avscan"
      })
  void refusesAnythingElse(String text) {
    assertThat(IcapUrl.parse(text)).isEmpty();
    assertThat(problems("'" + text + "'"))
        .anyMatch(
            line -> line.contains("scan.engines[1].icap: expected 'icap://host:1344/service'"));
  }

  @Test
  void aUrlAloneIsEnough() {
    IcapConfig server = server("'icap://127.0.0.1/avscan'");
    assertThat(server.upload()).isEqualTo(server.download());
    assertThat(server.connections())
        .isEqualTo(new IcapConfig.Connections(8, IcapConfig.Reuse.NEVER));
    assertThat(server.verdicts()).isEqualTo(IcapConfig.Verdicts.PASSING);
    assertThat(server.send()).isEqualTo(new IcapConfig.Send(false, false));
    assertThat(server.trust()).isEmpty();
    assertThat(server("{ url: 'icap://127.0.0.1/avscan' }")).isEqualTo(server);
  }

  @Test
  void readsAllThatCanBeSaid() throws IOException {
    CertificateWorkshop.Made root = CertificateWorkshop.authority("ICAP root").selfSigned();
    CertificateWorkshop.Made other = CertificateWorkshop.authority("Other root").selfSigned();
    Files.writeString(folder.resolve("roots.pem"), "roots\n" + root.pem() + other.pem());
    IcapConfig server =
        server(
            "{ url: 'icaps://a.example/down', upload: 'icaps://a.example/up', trust: roots.pem,"
                + " connections: 3, reuse: fenced, send: { client: true, user: true } }");
    assertThat(server.download().path()).isEqualTo("/down");
    assertThat(server.upload().path()).isEqualTo("/up");
    assertThat(server.trust()).containsExactly(root.certificate(), other.certificate());
    assertThat(server.connections())
        .isEqualTo(new IcapConfig.Connections(3, IcapConfig.Reuse.FENCED));
    assertThat(server.send()).isEqualTo(new IcapConfig.Send(true, true));
    assertThat(server("{ url: 'icap://127.0.0.1/avscan', cache: true }").verdicts())
        .isEqualTo(IcapConfig.Verdicts.LASTING);
  }

  @Test
  void everyMistakeIsNamed() throws IOException {
    Files.writeString(folder.resolve("empty.pem"), "");
    Files.writeString(folder.resolve("text.pem"), "no certificate\n");
    String url = "url: 'icaps://a.example/x'";
    assertThat(problems("{}")).anyMatch(line -> line.contains("scan.engines[1].icap needs a url"));
    assertThat(problems("{ url: 'icap://a', upload: 'b' }"))
        .anyMatch(line -> line.contains("icap.url: expected"))
        .anyMatch(line -> line.contains("icap.upload: expected"));
    for (String file : List.of("missing.pem", "empty.pem", "text.pem")) {
      assertThat(problems("{ " + url + ", trust: " + file + " }"))
          .singleElement()
          .asString()
          .contains("test.yaml:1:", file + " cannot be read: ");
    }
    CertificateWorkshop.Made root = CertificateWorkshop.authority("ICAP root").selfSigned();
    Files.writeString(folder.resolve("root.pem"), root.pem());
    assertThat(problems("{ url: 'icap://a.example/x', trust: root.pem }"))
        .anyMatch(line -> line.contains("icap.trust is for a server behind TLS"));
    assertThat(problems("{ " + url + ", connections: 0 }"))
        .anyMatch(line -> line.contains("connections: expected a whole number from 1 to 1000"));
    assertThat(problems("{ " + url + ", send: { name: true } }"))
        .anyMatch(line -> line.contains("unknown key 'name'"));
    assertThat(problems("{ " + url + ", reuse: always }"))
        .anyMatch(line -> line.contains("reuse: expected one of never, fenced"));
    assertThat(problems("{ " + url + ", cache: true, send: { client: true } }"))
        .singleElement()
        .asString()
        .contains("icap.cache and .send exclude each other");
    assertThat(problems("{ " + url + ", timeout: 3s }"))
        .anyMatch(line -> line.contains("unknown key 'timeout'"));
  }

  @Test
  void runSaysWhoScans() {
    Problems problems = new Problems();
    ScanConfig config = read("'icap://127.0.0.1/avscan'", problems);
    assertThat(config.hasAntiVirus()).isTrue();
    assertThat(config.describe().getFirst())
        .isEqualTo("bodies up to 1GiB scanned by the ICAP server at icap://127.0.0.1:1344/avscan");
    assertThat(
            read("{ url: 'icap://127.0.0.1/a', upload: 'icap://127.0.0.1/b' }", problems)
                .describe()
                .getFirst())
        .endsWith("icap://127.0.0.1:1344/a and icap://127.0.0.1:1344/b");
  }
}
