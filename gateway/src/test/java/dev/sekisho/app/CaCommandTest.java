package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.inspect.Authority;
import dev.sekisho.data.inspect.AuthorityStore;
import dev.sekisho.testing.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaCommandTest {
  @TempDir Path folder = Path.of("");

  private Said ca(String state, String... words) {
    List<String> all = new java.util.ArrayList<>(List.of("ca"));
    all.addAll(List.of(words));
    all.addAll(List.of("--state", folder.resolve(state).toString()));
    return Said.by(all.toArray(String[]::new));
  }

  private Authority open(String state) throws IOException {
    Path made = Files.createDirectories(folder.resolve(state));
    return new AuthorityStore(made).open("node-1", Instant.now()).current();
  }

  private static X509Certificate certificate(byte[] bytes) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(bytes));
  }

  @Test
  void withoutACommandItSaysHowItIsUsed() {
    assertThat(ca("one").status()).isEqualTo(Exit.USAGE);
  }

  @Test
  void beforeTheFirstRunThereIsNothingToShow() {
    Said said = ca("one", "show");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("There is no authority in", "sekisho run");
    assertThat(folder.resolve("one")).doesNotExist();
  }

  @Test
  void showTellsWhatPeopleCompare() throws IOException {
    Authority authority = open("one");
    Said said = ca("one", "show");
    assertThat(said.status()).isEqualTo(Exit.FINE);
    assertThat(said.out())
        .contains("CN=Sekisho inspection authority node-1")
        .contains(Authority.fingerprint(authority.certificate()))
        .contains("current.pem", "/ca.pem")
        .doesNotContain("PRIVATE");
  }

  @Test
  void whatIsExportedWithTheKeyIsTheSameAuthorityOnAnotherNode() throws Exception {
    Authority authority = open("one");
    Path file = folder.resolve("authority.pem");
    Said exported = ca("one", "export", "--with-key", "--out", file.toString());
    assertThat(exported.status()).as(exported.err()).isEqualTo(Exit.FINE);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Said imported = ca("two", "import", file.toString());
    assertThat(imported.status()).as(imported.err()).isEqualTo(Exit.FINE);
    assertThat(open("two").certificate()).isEqualTo(authority.certificate());
  }

  @Test
  void exportsWithoutTheKeyHaveNone() throws Exception {
    Authority authority = open("one");
    Said pem = ca("one", "export");
    assertThat(pem.out()).isEqualTo(authority.pem()).doesNotContain("PRIVATE");
    Path der = folder.resolve("ca.der");
    ca("one", "export", "--format", "der", "--out", der.toString());
    assertThat(certificate(Files.readAllBytes(der))).isEqualTo(authority.certificate());
    Path p12 = folder.resolve("ca.p12");
    ca("one", "export", "--format", "p12", "--out", p12.toString());
    KeyStore store = KeyStore.getInstance(p12.toFile(), "changeit".toCharArray());
    assertThat(store.isCertificateEntry("sekisho-1")).isTrue();
    assertThat(store.getCertificate("sekisho-1")).isEqualTo(authority.certificate());
  }

  @Test
  void aP12WithTheKeyNeedsAPassphraseAndIsOpenedByIt() throws Exception {
    Authority authority = open("one");
    Path p12 = folder.resolve("ca.p12");
    String out = p12.toString();
    assertThat(ca("one", "export", "--format", "p12", "--with-key", "--out", out).err())
        .contains("needs --passphrase");
    Path secret = Files.writeString(folder.resolve("secret"), "sesame\n");
    Said said =
        ca(
            "one",
            "export",
            "--format",
            "p12",
            "--with-key",
            "--out",
            out,
            "--passphrase",
            "file:" + secret);
    assertThat(said.status()).as(said.err()).isEqualTo(Exit.FINE);
    KeyStore store = KeyStore.getInstance(p12.toFile(), "sesame".toCharArray());
    assertThat(store.getCertificateChain("sekisho")).containsExactly(authority.certificate());
    assertThat(store.getKey("sekisho", "sesame".toCharArray())).isNotNull();
  }

  @Test
  void theKeyIsNeverPrinted() throws IOException {
    open("one");
    Said said = ca("one", "export", "--with-key");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("--out");
  }

  @Test
  void aCertificateThatIsNoAuthorityIsNotImported() throws Exception {
    Authority before = open("one");
    TestCertificate leaf = TestCertificate.make(folder);
    Files.writeString(leaf.certificate(), Files.readString(leaf.certificate()));
    Said said = ca("one", "import", leaf.key().toString());
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("Nothing was imported", "is no certificate");
    assertThat(open("one").certificate()).isEqualTo(before.certificate());
  }

  @Test
  void anImportKeepsTheOneBefore() throws Exception {
    Authority before = open("one");
    Authority other = Authority.make("node-2", Instant.now());
    Path file = Files.writeString(folder.resolve("other.pem"), other.pemWithKey());
    assertThat(ca("one", "import", file.toString()).out()).contains("SIGHUP");
    assertThat(open("one").certificate()).isEqualTo(other.certificate());
    Path previous = folder.resolve("one/authority/previous.pem");
    assertThat(
            certificate(
                Files.readString(previous).replaceAll("(?s).*?(?=-----BEGIN CERT)", "").getBytes()))
        .isEqualTo(before.certificate());
  }

  @Test
  void anImportedNextOneIsPublishedAndSignsAfterTheRotation() throws Exception {
    Authority before = open("one");
    Authority other = Authority.make("node-2", Instant.now());
    Path file = Files.writeString(folder.resolve("other.pem"), other.pemWithKey());
    assertThat(ca("one", "import", "--next", file.toString()).out()).contains("Published");
    assertThat(ca("one", "export").out()).isEqualTo(before.pem() + other.pem());
    ca("one", "rotate");
    assertThat(ca("one", "export").out()).isEqualTo(other.pem());
  }

  @Test
  void rotateSaysWhichStepItWas() throws IOException {
    Authority before = open("one");
    assertThat(ca("one", "rotate").out()).contains("published beside the current one");
    assertThat(ca("one", "show").out())
        .contains("Signs now:", "Signs after the next", "Clients must trust both");
    assertThat(ca("one", "rotate").out()).contains("signs from now on", "previous.pem");
    assertThat(open("one").certificate()).isNotEqualTo(before.certificate());
    assertThat(ca("one", "rotate", "--now").out()).contains("signs from now on");
  }

  @Test
  void anAuthorityOfTheConfigurationIsShownAndNotChanged() throws IOException {
    Authority given = Authority.make("company", Instant.now());
    Path pem = Files.writeString(folder.resolve("company.pem"), given.pemWithKey());
    Path config =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            "inspect: { authority: { certificate: company.pem, key: company.pem } }");
    String file = config.toString();
    assertThat(ca("one", "show", "-c", file).out()).contains("company", pem.toString());
    Said said = ca("one", "rotate", "-c", file);
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("inspect.authority of the configuration");
  }

  @Test
  void checkSaysWhatIsWrongWithAnAuthority() throws IOException {
    Files.writeString(folder.resolve("company.pem"), "nothing");
    Path config =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            "inspect: { authority: { certificate: company.pem, key: company.pem } }");
    Said said =
        Said.by("check", "-c", config.toString(), "--state", folder.resolve("one").toString());
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.out()).contains("sekisho.yaml:1:25: error: inspect.authority.certificate: ");
  }
}
