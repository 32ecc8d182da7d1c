package dev.sekisho.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates of every kind, sound and unsound, with BouncyCastle. */
public final class CertificateWorkshop {
  private static final Map<String, KeyPair> SPARE_KEYS = new ConcurrentHashMap<>();
  private static final AtomicLong SERIAL = new AtomicLong(1_000);

  private CertificateWorkshop() {}

  /** A certificate and its key. */
  public record Made(X509Certificate certificate, KeyPair keys) {
    public PrivateKey key() {
      return keys.getPrivate();
    }

    public String pem() {
      return CertificateWorkshop.pem(certificate);
    }

    public String keyPem() {
      return "-----BEGIN PRIVATE KEY-----\n"
          + java.util.Base64.getMimeEncoder().encodeToString(key().getEncoded())
          + "\n-----END PRIVATE KEY-----\n";
    }
  }

  public static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** A new P-256 pair. */
  public static KeyPair keys() {
    return generate("EC", "secp256r1");
  }

  /** A pair that is made once, for those that are slow to make: {@code RSA 2048}. */
  public static KeyPair keys(String algorithm, String size) {
    return SPARE_KEYS.computeIfAbsent(algorithm + size, _ -> generate(algorithm, size));
  }

  private static KeyPair generate(String algorithm, String size) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(size));
      } else {
        generator.initialize(Integer.parseInt(size));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** An authority, yet to be signed. */
  public static Draft authority(String name) {
    return new Draft("CN=" + name)
        .with(Extension.basicConstraints, new BasicConstraints(true))
        .with(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
  }

  /** An origin's certificate, yet to be signed; the first name is the subject's too. */
  public static Draft origin(String... names) {
    List<GeneralName> alternatives = new ArrayList<>();
    for (String name : names) {
      alternatives.add(dns(name));
    }
    return new Draft("CN=" + names[0])
        .with(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature))
        .with(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
        .alternatives(alternatives);
  }

  public static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  public static GeneralName ip(String address) {
    return new GeneralName(GeneralName.iPAddress, address);
  }

  /** What will become a certificate. */
  public static final class Draft {
    private record Part(ASN1ObjectIdentifier id, Criticality criticality, ASN1Encodable value) {}

    private enum Criticality {
      CRITICAL,
      PLAIN
    }

    private final X500Name subject;
    private final List<Part> parts = new ArrayList<>();
    private KeyPair keys = CertificateWorkshop.keys();
    private Instant from = Instant.now().minus(Duration.ofDays(1));
    private Instant to = Instant.now().plus(Duration.ofDays(30));
    private String digest = "SHA256";
    private int version = 3;

    private Draft(String subject) {
      this.subject = new X500Name(subject);
    }

    public Draft keys(KeyPair pair) {
      keys = pair;
      return this;
    }

    public Draft from(Instant instant) {
      from = instant;
      return this;
    }

    public Draft to(Instant instant) {
      to = instant;
      return this;
    }

    /** Such as {@code SHA1}. */
    public Draft digest(String name) {
      digest = name;
      return this;
    }

    public Draft version1() {
      version = 1;
      return this;
    }

    /** In place of what the extension was before; critical where it usually is. */
    public Draft with(ASN1ObjectIdentifier id, ASN1Encodable value) {
      boolean critical =
          id.equals(Extension.basicConstraints)
              || id.equals(Extension.keyUsage)
              || id.equals(Extension.nameConstraints);
      without(id);
      parts.add(new Part(id, critical ? Criticality.CRITICAL : Criticality.PLAIN, value));
      return this;
    }

    public Draft without(ASN1ObjectIdentifier id) {
      parts.removeIf(part -> part.id().equals(id));
      return this;
    }

    public Draft unknownCritical(String id) {
      parts.add(
          new Part(
              new ASN1ObjectIdentifier(id), Criticality.CRITICAL, new DERUTF8String("unknown")));
      return this;
    }

    public Draft alternatives(List<GeneralName> names) {
      return with(
          Extension.subjectAlternativeName, new GeneralNames(names.toArray(GeneralName[]::new)));
    }

    public Draft pathLength(int length) {
      return with(Extension.basicConstraints, new BasicConstraints(length));
    }

    public Draft usage(int bits) {
      return with(Extension.keyUsage, new KeyUsage(bits));
    }

    public Draft extendedUsage(KeyPurposeId purpose) {
      return with(Extension.extendedKeyUsage, new ExtendedKeyUsage(purpose));
    }

    public Draft permitted(GeneralName... names) {
      return with(Extension.nameConstraints, new NameConstraints(subtrees(names), null));
    }

    public Draft excluded(GeneralName... names) {
      return with(Extension.nameConstraints, new NameConstraints(null, subtrees(names)));
    }

    private static GeneralSubtree[] subtrees(GeneralName... names) {
      return List.of(names).stream().map(GeneralSubtree::new).toArray(GeneralSubtree[]::new);
    }

    /** Where the issuer's certificate may be fetched. */
    public Draft issuerAt(String url) {
      return with(
          Extension.authorityInfoAccess,
          new AuthorityInformationAccess(
              new AccessDescription(
                  AccessDescription.id_ad_caIssuers,
                  new GeneralName(GeneralName.uniformResourceIdentifier, url))));
    }

    public Made selfSigned() {
      return signed(subject, keys);
    }

    public Made signedBy(Made issuer) {
      return signed(
          X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
          issuer.keys());
    }

    /** Says that this authority issued it, but with another key. */
    public Made forgedFrom(Made issuer) {
      return signed(
          X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
          CertificateWorkshop.keys());
    }

    private Made signed(X500Name issuer, KeyPair signer) {
      String algorithm =
          switch (signer.getPrivate().getAlgorithm()) {
            case "EC" -> digest + "withECDSA";
            case String other -> digest + "with" + other;
          };
      try {
        ContentSigner signing = new JcaContentSignerBuilder(algorithm).build(signer.getPrivate());
        byte[] der = (version == 1 ? first(issuer, signing) : third(issuer, signing)).getEncoded();
        return new Made(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new java.io.ByteArrayInputStream(der)),
            keys);
      } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    private X509CertificateHolder first(X500Name issuer, ContentSigner signing) {
      return new X509v1CertificateBuilder(
              issuer, serial(), Date.from(from), Date.from(to), subject, publicKey())
          .build(signing);
    }

    private X509CertificateHolder third(X500Name issuer, ContentSigner signing) throws IOException {
      var builder =
          new X509v3CertificateBuilder(
              issuer, serial(), Date.from(from), Date.from(to), subject, publicKey());
      for (Part part : parts) {
        builder.addExtension(part.id(), part.criticality() == Criticality.CRITICAL, part.value());
      }
      return builder.build(signing);
    }

    private SubjectPublicKeyInfo publicKey() {
      return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    }

    private static BigInteger serial() {
      return BigInteger.valueOf(SERIAL.incrementAndGet());
    }
  }

  /** One PEM text of several. */
  public static String pem(List<Made> all) {
    StringBuilder text = new StringBuilder();
    all.forEach(made -> text.append(made.pem()));
    return new String(
        text.toString().getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
  }
}
