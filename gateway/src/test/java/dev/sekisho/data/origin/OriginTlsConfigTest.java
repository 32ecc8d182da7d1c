package dev.sekisho.data.origin;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.origin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.net.Host;
import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTlsConfigTest {
  private final Problems problems = new Problems();

  @TempDir private Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Made root = authority("Root").selfSigned();
    Made client = origin("client").signedBy(root);
    Made expired =
        origin("old").from(Instant.EPOCH).to(Instant.EPOCH.plusSeconds(1)).signedBy(root);
    Made early = origin("new").from(Instant.now().plusSeconds(9_000)).signedBy(root);
    write("root.pem", root.pem());
    write("old-root.pem", expired.pem());
    write("client.pem", client.pem() + root.pem());
    write("client.key", client.keyPem());
    write("other.key", root.keyPem());
    write("expired.pem", expired.pem());
    write("expired.key", expired.keyPem());
    write("early.pem", early.pem());
    write("early.key", early.keyPem());
    write("text.pem", "nothing of the kind\n");
    write("cut.pem", root.pem().substring(0, 200));
    write("sec1.key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
    write("passphrase", "correct horse\n");
    write("wrong", "staple\n");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void readsEveryKey() throws Exception {
    var config =
        read(
            """
            tls-timeout: 3s
            trust: [root.pem]
            fetch-intermediates: true
            credentials:
              partner: { certificate: client.pem, key: client.key, to: [api.example, .b.example] }
            """);
    assertThat(problems.all()).isEmpty();
    assertThat(config.timeout()).hasSeconds(3);
    assertThat(config.trust()).hasSize(1);
    assertThat(config.missing()).isEqualTo(OriginTlsConfig.Missing.FETCHED);
    assertThat(config.credentials().getFirst().chain()).hasSize(2);
    assertThat(config.credentials().getFirst().toString()).doesNotContain("PrivateKey");
    assertThat(config.credentialFor(Host.parse("api.example")).credential()).isEqualTo("partner");
    assertThat(config.credentialFor(Host.parse("b.example")).credential()).isEqualTo("partner");
    assertThat(config.credentialFor(Host.parse("a.b.example")).credential()).isEqualTo("partner");
    for (String other : new String[] {"x.api.example", "xb.example", "example", "192.0.2.1"}) {
      assertThat(config.credentialFor(Host.parse(other)))
          .isEqualTo(OriginKey.Security.Tls.ANONYMOUS);
    }
  }

  @Test
  void decryptsAKeyWithItsPassphrase() throws Exception {
    Program.Result made =
        Program.run(
            "openssl",
            "pkcs8",
            "-topk8",
            "-in",
            folder.resolve("client.key").toString(),
            "-out",
            folder.resolve("locked.key").toString(),
            "-passout",
            "file:" + folder.resolve("passphrase"));
    assertThat(made.exit()).isZero();
    String with = "credentials: { a: { certificate: client.pem, key: locked.key, to: x.example";
    assertThat(read(with + ", passphrase: 'file:passphrase' } }").credentials()).hasSize(1);
    assertThat(problems.all()).isEmpty();
    read(with + ", passphrase: 'file:wrong' } }");
    assertThat(problems.all()).singleElement().asString().contains("cannot be decrypted");
    read(with + " } }");
    assertThat(problems.all().getLast().toString()).contains("is encrypted; give its passphrase");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          trust: [absent.pem]   | absent.pem cannot be read
          trust: [text.pem]     | has no PEM certificate
          trust: [cut.pem]      | has a PEM block without its end
          trust: [old-root.pem] | expired on
          credentials: { a: { certificate: text.pem, key: client.key, to: a.example } } | no PEM certificate
          credentials: { a: { certificate: client.pem, key: root.pem, to: a.example } } | no PEM key
          credentials: { a: { certificate: client.pem, key: other.key, to: a.example } } | does not belong
          credentials: { a: { certificate: client.pem, key: sec1.key, to: a.example } } | is not PKCS#8
          credentials: { a: { certificate: expired.pem, key: expired.key, to: a.example } } | it expired on
          credentials: { a: { certificate: early.pem, key: early.key, to: a.example } } | not valid before
          credentials: { a: { certificate: client.pem, key: client.key } } | hosts that are shown
          credentials: { a: { certificate: client.pem, to: a.example } } | private key is missing
          credentials: { a: { key: client.key, to: a.example } } | with the certificate is missing
          credentials: { a: { certificate: client.pem, key: client.key, to: 'a b' } } | a host such as
          credentials: { a: { certificate: client.pem, key: client.key, to: a.example, passphrase: inline } } | file:NAME or env:NAME
          credentials: { a: { certificate: client.pem, key: client.key, to: a.example, passphrase: 'env:NO_SUCH_ONE' } } | no variable NO_SUCH_ONE
          credentials: { a: { certificate: client.pem, key: client.key, to: a.example, for: x } } | unknown key 'for'
          """)
  void refusesWhatCannotBeUsed(String yaml, String words) {
    read(yaml);
    assertThat(problems.all())
        .singleElement()
        .satisfies(problem ->
            assertThat(problem.toString())
                .startsWith("f:1:")
                .contains(words)
                .doesNotContain("inline"));
  }

  private OriginTlsConfig read(String yaml) {
    return OriginConfig.read(
            new Section("origin", YamlFile.parse("f", yaml, problems).orElseThrow(), problems),
            folder)
        .tls();
  }
}
