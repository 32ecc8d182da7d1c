package dev.sekisho.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files are made by the openssl program, as an operator's would be. */
class AuthorityFileTest {
  private static final String GOOD =
      "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
          + "subjectKeyIdentifier=hash\n";

  @TempDir Path folder = Path.of("");
  private OpenSsl openssl = new OpenSsl(folder);

  @BeforeEach
  void begin() {
    openssl = new OpenSsl(folder);
  }

  private AuthorityFile.Outcome read(Path certificate, Path key) {
    return AuthorityFile.read(
        certificate, key, Optional.empty(), Instant.now().plus(Duration.ofSeconds(2)));
  }

  private String fault(Path certificate, Path key) {
    return switch (read(certificate, key)) {
      case AuthorityFile.Outcome.Unusable bad -> bad.part() + ": " + bad.sentence();
      case AuthorityFile.Outcome.Usable _ -> throw new AssertionError("it was taken");
    };
  }

  private List<String> warnings(Path certificate, Path key) {
    return switch (read(certificate, key)) {
      case AuthorityFile.Outcome.Usable usable -> usable.warnings();
      case AuthorityFile.Outcome.Unusable bad -> throw new AssertionError(bad.sentence());
    };
  }

  private String faultOf(String name) {
    return fault(openssl.certificate(name), openssl.key(name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basicConstraints=critical,CA:FALSE | is not one of an authority",
        "keyUsage=critical,digitalSignature | is not one of an authority",
        "basicConstraints=critical,CA:TRUE;keyUsage=critical,digitalSignature | lacks keyCertSign",
        "basicConstraints=critical,CA:TRUE;extendedKeyUsage=clientAuth | lacks serverAuth",
      })
  void aCertificateThatMayNotSignIsRefused(String extensions, String sentence) throws Exception {
    openssl.newKey("ca", "P-256");
    openssl.selfSigned("ca", "/CN=ca", extensions.replace(';', '\n') + "\n");
    assertThat(faultOf("ca")).startsWith("CERTIFICATE: ").contains(sentence);
  }

  @Test
  void anExpiredOneIsRefusedAndOneOfTomorrowToo() throws Exception {
    openssl.root("ca", "P-256", "/CN=ca");
    Path certificate = openssl.certificate("ca");
    Path key = openssl.key("ca");
    Instant now = Instant.now();
    assertThat(
            AuthorityFile.read(certificate, key, Optional.empty(), now.plus(Duration.ofDays(31))))
        .asString()
        .contains("expired on");
    assertThat(
            AuthorityFile.read(certificate, key, Optional.empty(), now.minus(Duration.ofDays(1))))
        .asString()
        .contains("is not valid before");
  }

  @Test
  void anotherOnesKeyIsRefused() throws Exception {
    openssl.root("ca", "P-256", "/CN=ca");
    openssl.newKey("other", "P-256");
    openssl.newRsa("rsa", 2048);
    assertThat(fault(openssl.certificate("ca"), openssl.key("other")))
        .startsWith("KEY: ")
        .contains("is not that of the certificate");
    assertThat(fault(openssl.certificate("ca"), openssl.key("rsa")))
        .contains("is not that of the certificate");
  }

  @Test
  void aSmallKeyAndAKeyOfAnUnknownKindAreRefused() throws Exception {
    openssl.newRsa("small", 1024);
    openssl.selfSigned("small", "/CN=ca", GOOD);
    assertThat(faultOf("small")).contains("RSA key of 1024 bits, which is too small");
    openssl.newKey("p521", "P-521");
    openssl.selfSigned("p521", "/CN=ca", GOOD);
    assertThat(faultOf("p521")).contains("cannot be used (EC)");
    openssl.run("genpkey", "-algorithm", "ed25519", "-out", openssl.key("ed").toString());
    openssl.selfSigned("ed", "/CN=ca", GOOD);
    assertThat(faultOf("ed")).contains("of a kind or size that cannot be used");
  }

  @Test
  void aPathLengthThatForbidsTheAuthorityIsRefused() throws Exception {
    openssl.newKey("root", "P-256");
    openssl.selfSigned("root", "/CN=root", GOOD);
    openssl.authority("proxy", "root", "/CN=proxy", GOOD);
    assertThat(fault(openssl.joined("proxy", "root"), openssl.key("proxy")))
        .contains("allows only 0 authorities below it");
  }

  @Test
  void aChainInTheWrongOrderIsRefused() throws Exception {
    openssl.root("root", "P-256", "/CN=root");
    openssl.authority("proxy", "root", "/CN=proxy", GOOD);
    assertThat(fault(openssl.joined("root", "proxy"), openssl.key("proxy")))
        .contains("did not sign the one before it");
    assertThat(warnings(openssl.joined("proxy", "root"), openssl.key("proxy"))).isEmpty();
  }

  @Test
  void aWeakSignatureIsTakenWithAWarning() throws Exception {
    openssl.root("root", "P-256", "/CN=root");
    openssl.authority("proxy", "root", "/CN=proxy", GOOD, "-sha1");
    assertThat(warnings(openssl.certificate("proxy"), openssl.key("proxy")))
        .singleElement()
        .asString()
        .contains("SHA1withECDSA, which many clients refuse");
  }

  @Test
  void whatStrictClientsMissIsWarnedOf() throws Exception {
    openssl.newKey("ca", "P-256");
    openssl.selfSigned(
        "ca",
        "/CN=ca",
        "basicConstraints=CA:TRUE\nnameConstraints=permitted;DNS:example.com\n"
            + "subjectKeyIdentifier=none\n");
    assertThat(String.join("\n", warnings(openssl.certificate("ca"), openssl.key("ca"))))
        .contains("no keyUsage", "name constraints");
  }

  @Test
  void filesThatAreSomethingElseAreNamed() throws Exception {
    openssl.root("ca", "P-256", "/CN=ca");
    Path certificate = openssl.certificate("ca");
    Path text = Files.writeString(folder.resolve("text"), "hello\n");
    Path empty = Files.createFile(folder.resolve("empty"));
    Path broken =
        Files.writeString(
            folder.resolve("broken"),
            Files.readString(certificate).replaceFirst("(?s)\n.{40}", "\n"));
    Path missing = folder.resolve("missing");
    assertThat(fault(text, text)).contains("text is no certificate; PEM is expected");
    assertThat(fault(empty, empty)).contains("is no certificate");
    assertThat(fault(openssl.key("ca"), openssl.key("ca"))).contains("is no certificate");
    assertThat(fault(broken, openssl.key("ca"))).contains("is no certificate that can be read");
    assertThat(fault(missing, missing)).contains("missing does not exist");
    assertThat(fault(folder, folder)).contains("is a folder");
    assertThat(fault(certificate, certificate)).startsWith("KEY: ").contains("no private key");
    assertThat(fault(certificate, text)).contains("has no private key in PEM");
    assertThat(fault(certificate, missing)).startsWith("KEY: ").contains("does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-256", "P-384", "2048"})
  void keysOfEveryKindAndFormAreRead(String kind) throws Exception {
    boolean rsa = kind.equals("2048");
    if (rsa) {
      openssl.newRsa("ca", 2048);
    } else {
      openssl.newKey("ca", kind);
    }
    openssl.selfSigned("ca", "/CN=ca", GOOD);
    Path certificate = openssl.certificate("ca");
    String key = openssl.key("ca").toString();
    assertThat(warnings(certificate, openssl.key("ca"))).isEmpty();
    Path traditional = folder.resolve("traditional");
    openssl.run("pkey", "-in", key, "-traditional", "-out", traditional.toString());
    assertThat(Files.readString(traditional))
        .contains(rsa ? "BEGIN RSA PRIVATE KEY" : "BEGIN EC PRIVATE KEY");
    assertThat(warnings(certificate, traditional)).isEmpty();
    Path locked = folder.resolve("locked");
    openssl.run(
        "pkcs8",
        "-topk8",
        "-in",
        key,
        "-v2",
        "aes-256-cbc",
        "-v2prf",
        "hmacWithSHA256",
        "-passout",
        "pass:sesame",
        "-out",
        locked.toString());
    assertThat(fault(certificate, locked)).contains("there is no passphrase");
    assertThat(opened(certificate, locked, "wrong")).contains("the passphrase does not open");
    assertThat(opened(certificate, locked, "sesame")).isEqualTo("usable");
  }

  @Test
  void aKeyEncryptedInTheOldFormIsSentToBeConverted() throws Exception {
    openssl.root("ca", "P-256", "/CN=ca");
    Path old = folder.resolve("old");
    openssl.run(
        "ec",
        "-in",
        openssl.key("ca").toString(),
        "-aes128",
        "-passout",
        "pass:sesame",
        "-out",
        old.toString());
    assertThat(fault(openssl.certificate("ca"), old)).contains("openssl pkcs8 -topk8");
  }

  private static String opened(Path certificate, Path key, String passphrase) {
    Instant now = Instant.now().plusSeconds(2);
    return switch (AuthorityFile.read(certificate, key, Optional.of(passphrase), now)) {
      case AuthorityFile.Outcome.Usable _ -> "usable";
      case AuthorityFile.Outcome.Unusable bad -> bad.sentence();
    };
  }

  @Test
  void theConfigurationSaysWhichFileAndWhere() throws Exception {
    openssl.root("ca", "P-256", "/CN=ca");
    openssl.newKey("other", "P-256");
    assertThat(problems("{ certificate: ca.pem, key: ca.key }")).isEmpty();
    assertThat(problems("{ certificate: null, key: null }")).isEmpty();
    assertThat(problems("{ certificate: ca.pem }"))
        .singleElement()
        .asString()
        .contains("sekisho.yaml:1:", "needs both certificate and key");
    assertThat(problems("{ certificate: ca.pem, key: other.key }"))
        .singleElement()
        .asString()
        .contains("sekisho.yaml:1:35: error: inspect.authority.key: the key in");
    assertThat(problems("{ certificate: ca.pem, key: ca.key, passphrase: sesame }"))
        .singleElement()
        .asString()
        .contains("expected file:PATH or env:NAME")
        .doesNotContain("sesame");
  }

  private List<Problem> problems(String authority) throws IOException {
    Path file = Files.writeString(folder.resolve("sekisho.yaml"), "authority: " + authority);
    Problems problems = new Problems();
    YamlFile.read(file, problems)
        .ifPresent(top -> AuthorityConfig.read(new Section("inspect", top, problems), folder));
    return problems.all();
  }
}
