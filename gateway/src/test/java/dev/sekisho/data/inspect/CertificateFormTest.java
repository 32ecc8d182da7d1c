package dev.sekisho.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.Host;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our certificates as the JDK, BouncyCastle and the openssl program see them. */
class CertificateFormTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder = Path.of("");

  private static X509Certificate leaf(Authority authority, String host) throws Exception {
    KeyPair pair = Authority.newKey(RANDOM);
    var span =
        new CertificateForm.Span(NOW.minus(Authority.BACKDATED), NOW.plus(Duration.ofDays(30)));
    return Pem.certificate(
        CertificateForm.leaf(authority, Host.parse(host), span, pair.getPublic(), RANDOM));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"example.com", "a_b.example", "xn--wgv71a119e.jp", "192.0.2.7", "[2001:db8::7]"})
  void theJdkValidatesALeafAgainstItsAuthority(String host) throws Exception {
    Authority authority = Authority.make("node-1", NOW);
    X509Certificate leaf = leaf(authority, host);
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
    parameters.setRevocationEnabled(false);
    assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters)).isNotNull();
    assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
    assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17", "2.5.29.15");
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getSerialNumber().toByteArray()).hasSize(16);
    assertThat(leaf.getSerialNumber().signum()).isPositive();
    assertThat(Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
        .isLessThanOrEqualTo(Duration.ofDays(47));
  }

  @Test
  void theAuthorityMaySignLeavesAndNothingElse() {
    X509Certificate own = Authority.make("node-1.internal.example", NOW).certificate();
    assertThat(own.getBasicConstraints()).isZero();
    assertThat(own.getKeyUsage()).startsWith(false, false, false, false, false, true, true, false);
    assertThat(own.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
    assertThat(own.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofHours(24)));
    assertThat(own.getNotAfter().toInstant()).isAfter(NOW.plus(Duration.ofDays(3649)));
  }

  @Test
  void aLongHostNameDoesNotOverflowTheCommonName() {
    String name =
        Authority.make("x".repeat(200), NOW).certificate().getSubjectX500Principal().getName();
    assertThat(name.length() - "CN=".length()).isLessThanOrEqualTo(64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", "a_b.example", "192.0.2.7", "[2001:db8::7]"})
  void opensslAcceptsItInItsStrictestMood(String host) throws Exception {
    Authority authority = Authority.make("node-1", NOW);
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
    Path leaf =
        Files.writeString(
            folder.resolve("leaf.pem"),
            Pem.block("CERTIFICATE", leaf(authority, host).getEncoded()));
    String bare = host.replaceAll("[\\[\\]]", "");
    String output =
        new OpenSsl(folder)
            .run(
                "verify",
                "-x509_strict",
                "-check_ss_sig",
                "-purpose",
                "sslserver",
                host.equals(bare) && !host.startsWith("1") ? "-verify_hostname" : "-verify_ip",
                bare,
                "-CAfile",
                ca.toString(),
                leaf.toString());
    assertThat(output).contains(": OK");
  }

  @ParameterizedTest
  @CsvSource({"example.com, 2, example.com", "192.0.2.7, 7, #c0000207"})
  void bouncyCastleReadsTheSameAndWouldWriteItSo(String host, int kind, String value)
      throws Exception {
    Authority authority = Authority.make("node-1", NOW);
    X509Certificate leaf = leaf(authority, host);
    X509CertificateHolder second = new X509CertificateHolder(leaf.getEncoded());
    assertThat(
            second.isSignatureValid(
                new JcaContentVerifierProviderBuilder()
                    .build(authority.certificate().getPublicKey())))
        .isTrue();
    GeneralName name =
        GeneralNames.fromExtensions(second.getExtensions(), Extension.subjectAlternativeName)
            .getNames()[0];
    assertThat(name.getTagNo()).isEqualTo(kind);
    ASN1Encodable content = name.getName();
    assertThat(content).hasToString(value);
    assertThat(ASN1Primitive.fromByteArray(leaf.getEncoded()).getEncoded(ASN1Encoding.DER))
        .as("it is DER, not merely BER")
        .isEqualTo(leaf.getEncoded());
    byte[] own = authority.certificate().getEncoded();
    assertThat(ASN1Primitive.fromByteArray(own).getEncoded(ASN1Encoding.DER)).isEqualTo(own);
  }

  @Test
  void theIssuerIsTheSubjectOfAnImportedAuthorityByteForByte() throws Exception {
    Hierarchy company = Hierarchy.make();
    X509Certificate leaf = leaf(company.intermediate(), "example.com");
    X509CertificateHolder above =
        new X509CertificateHolder(company.intermediate().certificate().getEncoded());
    X509CertificateHolder below = new X509CertificateHolder(leaf.getEncoded());
    assertThat(below.getIssuer().getEncoded()).isEqualTo(above.getSubject().getEncoded());
    assertThat(
            HexFormat.of()
                .formatHex(
                    below
                        .getExtension(Extension.authorityKeyIdentifier)
                        .getExtnValue()
                        .getOctets()))
        .endsWith(HexFormat.of().formatHex(company.intermediate().keyId()));
    leaf.verify(company.intermediate().certificate().getPublicKey());
  }

  @ParameterizedTest
  @CsvSource({"0, 020100", "127, 02017f", "128, 02020080", "256, 02020100", "-1, 0201ff"})
  void integersAreAsShortAsTheyCanBe(int value, String hex) {
    assertThat(HexFormat.of().formatHex(Der.integer(value))).isEqualTo(hex);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 255, 256, 65_535, 65_536})
  void lengthsOfEverySizeAreReadBack(int length) throws IOException {
    byte[] element = Der.octets(new byte[length]);
    assertThat(new DerReader(element).inside(0x04).rest()).hasSize(length);
    assertThat(ASN1Primitive.fromByteArray(element).getEncoded(ASN1Encoding.DER))
        .isEqualTo(element);
  }

  @ParameterizedTest
  @CsvSource({
    "2049-12-31T23:59:59Z, 170d3439313233313233353935395a",
    "2050-01-01T00:00:00Z, 180f32303530303130313030303030305a"
  })
  void timesChangeTheirFormIn2050(Instant time, String hex) {
    assertThat(HexFormat.of().formatHex(Der.time(time))).isEqualTo(hex);
  }

  @Test
  void bigNumbersAndObjectIdentifiersAreThoseOfOthers() throws IOException {
    assertThat(Der.integer(BigInteger.ONE.shiftLeft(127)))
        .isEqualTo(
            new org.bouncycastle.asn1.ASN1Integer(BigInteger.ONE.shiftLeft(127)).getEncoded());
    for (String oid : List.of("2.5.29.17", "1.2.840.113549.1.1.11", "1.3.6.1.5.5.7.3.1")) {
      assertThat(Der.oid(oid))
          .isEqualTo(new org.bouncycastle.asn1.ASN1ObjectIdentifier(oid).getEncoded());
    }
  }
}
