package dev.sekisho.data.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.journal.Record;
import dev.sekisho.testing.CertificateWorkshop;
import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.InsideClient;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.TestGateway;
import dev.sekisho.testing.TlsOrigin;
import dev.sekisho.testing.TlsOrigin.ClientCertificate;
import dev.sekisho.testing.TlsOrigin.Manner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins that ask for a client certificate, through the whole gateway. */
class ClientCertificatesInsideTest {
  private static final Made ROOT = CertificateWorkshop.authority("Test Root").selfSigned();
  private static final Made LEAF =
      CertificateWorkshop.origin("origin.example", "other.example").signedBy(ROOT);
  private static final Made OURS = CertificateWorkshop.origin("gateway.example").signedBy(ROOT);

  @TempDir private static Path folder;

  @BeforeAll
  static void files() throws Exception {
    Files.writeString(folder.resolve("root.pem"), ROOT.pem());
    Files.writeString(folder.resolve("ours.pem"), OURS.pem());
    Files.writeString(folder.resolve("ours.key"), OURS.keyPem());
  }

  /** The same files, whatever the gateway's own folder is. */
  private static TestGateway gateway(String credentials) throws IOException {
    return TestGateway.start(
        """
        inspect: { never: [] }
        origin:
          trust: [ FOLDER/root.pem ]
          pool: { per-origin: 0 }
          credentials: { %s }
        """
            .formatted(credentials)
            .replace("FOLDER", folder.toString()));
  }

  private static TlsOrigin origin(String version, ClientCertificate asked) throws IOException {
    return new TlsOrigin(
        List.of(LEAF.certificate()), LEAF.key(), Manner.USUAL.only(version).asking(asked));
  }

  private static RawClient.Response ask(TestGateway gateway, String host, int port)
      throws Exception {
    try (RawClient inside =
        new InsideClient(gateway.port(), gateway.trusting()).naming(host).open(host + ":" + port)) {
      return inside.send("GET /secret HTTP/1.1\r\nHost: " + host + "\r\n\r\n").readResponse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void withoutOneThePageInsideSaysSo(String version) throws Exception {
    try (TestGateway gateway = gateway("");
        TlsOrigin origin = origin(version, ClientCertificate.NEEDED)) {
      RawClient.Response refused = ask(gateway, "origin.example", origin.port());

      assertThat(refused.status()).isEqualTo(502);
      assertThat(refused.body())
          .contains("asked for a client certificate")
          .contains("origin.credentials")
          .contains("inspect.never");
      Record record = gateway.journal().await(one -> one.mode == Record.Mode.INSPECTED);
      assertThat(record.errorSide).isEqualTo("origin");
      assertThat(record.errorKind).isEqualTo("client-certificate-needed");
      assertThat(origin.bytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theOneForThisHostIsShown(String version) throws Exception {
    try (TestGateway gateway =
            gateway(
                "ours: { certificate: FOLDER/ours.pem, key: FOLDER/ours.key, to: [.origin.example] }");
        TlsOrigin origin = origin(version, ClientCertificate.NEEDED)) {
      assertThat(ask(gateway, "origin.example", origin.port()).body()).isEqualTo("ok");
      assertThat(origin.visit().clientCertificates()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theOneForAnotherHostIsNotShown(String version) throws Exception {
    try (TestGateway gateway =
            gateway(
                "ours: { certificate: FOLDER/ours.pem, key: FOLDER/ours.key, to: [other.example] }");
        TlsOrigin origin = origin(version, ClientCertificate.WANTED)) {
      assertThat(ask(gateway, "origin.example", origin.port()).body()).isEqualTo("ok");
      assertThat(ask(gateway, "other.example", origin.port()).body()).isEqualTo("ok");
      assertThat(List.of(origin.visit(), origin.visit()))
          .extracting(TlsOrigin.Visit::clientCertificates)
          .containsExactlyInAnyOrder(0, 1);
    }
  }
}
