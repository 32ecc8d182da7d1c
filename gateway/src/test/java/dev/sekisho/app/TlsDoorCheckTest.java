package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.CertificateWorkshop;
import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code sekisho check} says of the certificate and the key of the door over TLS. */
class TlsDoorCheckTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void files() throws Exception {
    Made root = CertificateWorkshop.authority("Root").selfSigned();
    Made good = CertificateWorkshop.origin("proxy.example").signedBy(root);
    write("good.pem", good.pem());
    write("good.key", good.keyPem());
    write("root-first.pem", root.pem() + good.pem());
    write("rsa.key", keyPem("RSA", "2048"));
    write("other.key", CertificateWorkshop.authority("Other").selfSigned().keyPem());
    write("nothing.pem", "");
    write("text.pem", "this is no PEM\n");
    write("cut.pem", good.pem().substring(0, 200));
    write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Instant now = Instant.now();
    write(
        "expired.pem",
        CertificateWorkshop.origin("proxy.example")
            .from(now.minus(Duration.ofDays(9)))
            .to(now.minus(Duration.ofDays(2)))
            .signedBy(root)
            .pem());
    write(
        "early.pem",
        CertificateWorkshop.origin("proxy.example")
            .from(now.plus(Duration.ofDays(2)))
            .signedBy(root)
            .pem());
    openssl("pkcs8 -topk8 -in good.key -out locked.key -passout pass:sesame");
    openssl("ec -in good.key -out old.key");
  }

  private static String keyPem(String kind, String size) {
    return CertificateWorkshop.authority("Spare")
        .keys(CertificateWorkshop.keys(kind, size))
        .selfSigned()
        .keyPem();
  }

  private static void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static void openssl(String words) throws Exception {
    String line = "cd " + folder + " && openssl " + words;
    Program.Result done = Program.run("/bin/sh", "-c", line);
    assertThat(done.exit()).as(done.errors()).isZero();
  }

  private static Said check(String certificate, String key) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            """
            listen:
              proxy-tls:
                address: "127.0.0.1:3129"
                certificate: %s
                key: %s
            policy: { rules: [ { name: one, to: { host: a.example }, action: allow } ] }
            """
                .formatted(certificate, key));
    return Said.by("check", "-c", file.toString());
  }

  @Test
  void aPairThatBelongsTogetherIsFine() throws Exception {
    Said said = check("good.pem", "good.key");
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          missing.pem    | good.key    | 4:5 | certificate: the file | missing.pem cannot be read
          .              | good.key    | 4:5 | certificate: the file | cannot be read
          nothing.pem    | good.key    | 4:5 | certificate: the file | has no PEM certificate
          text.pem       | good.key    | 4:5 | certificate: the file | has no PEM certificate
          good.key       | good.key    | 4:5 | certificate: the file | has no PEM certificate
          cut.pem        | good.key    | 4:5 | certificate: the file | has a PEM block without its end
          damaged.pem    | good.key    | 4:5 | certificate: certificate 1 | cannot be read
          expired.pem    | good.key    | 4:5 | certificate: it expired on | renew it
          early.pem      | good.key    | 4:5 | certificate: it is not valid before | Z.
          good.pem       | missing.key | 5:5 | key: the file | missing.key cannot be read
          good.pem       | text.pem    | 5:5 | key: the file | has no PEM key
          good.pem       | good.pem    | 5:5 | key: the file | has no PEM key
          good.pem       | other.key   | 5:5 | key: the key in | does not belong to the certificate
          root-first.pem | good.key    | 5:5 | key: the key in | the one of the key comes first
          good.pem       | rsa.key     | 5:5 | key: the key in | is not the EC key of the certificate
          good.pem       | locked.key  | 5:5 | key: the key in | decrypt it with 'openssl pkey
          good.pem       | old.key     | 5:5 | key: the key in | openssl pkcs8 -topk8
          """)
  void everyFaultIsSaidWhereItStands(
      String certificate, String key, String place, String begin, String end) throws Exception {
    Said said = check(certificate, key);
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    String all = said.out() + said.err();
    assertThat(all)
        .contains("sekisho.yaml:" + place + ":")
        .contains("listen.proxy-tls." + begin)
        .contains(end);
  }

  @Test
  void bothAreSaidAtOnce() throws Exception {
    Said said = check("missing.pem", "missing.key");
    assertThat(said.out() + said.err()).contains("sekisho.yaml:4:5", "sekisho.yaml:5:5");
  }
}
