package dev.sekisho.data.inspect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An authority that signs leaf certificates: its key, its certificate, and those above it. It knows
 * nothing about files; {@link AuthorityFile} reads one and says what is wrong with it.
 */
public final class Authority {
  /** For clocks of clients that go slow. */
  static final Duration BACKDATED = Duration.ofHours(24);

  private static final int YEARS = 10;
  private static final int LONGEST_HOST = 22;

  private final List<X509Certificate> chain;
  private final PrivateKey key;
  private final SigningAlgorithm algorithm;
  private final byte[] subject;
  private final byte[] keyId;

  /**
   * @param chain the authority's certificate, then those that certify it, nearest first
   */
  Authority(List<X509Certificate> chain, PrivateKey key, SigningAlgorithm algorithm)
      throws IOException {
    this.chain = List.copyOf(chain);
    this.key = key;
    this.algorithm = algorithm;
    X509Certificate own = chain.getFirst();
    try {
      this.subject = subjectAsItStands(own.getTBSCertificate());
      byte[] stated = own.getExtensionValue("2.5.29.14");
      this.keyId =
          stated == null
              ? CertificateForm.keyId(own.getPublicKey())
              : new DerReader(new DerReader(stated).inside(0x04).rest()).inside(0x04).rest();
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificate cannot be taken apart", e);
    }
  }

  /**
   * A new one: ECDSA P-256, ten years, its own root.
   *
   * @param host by which people tell the authorities of several gateways apart
   */
  public static Authority make(String host, Instant now) {
    SecureRandom random = new SecureRandom();
    try {
      KeyPair pair = newKey(random);
      Instant until = now.atOffset(ZoneOffset.UTC).plusYears(YEARS).toInstant();
      byte[] der =
          CertificateForm.authority(
              commonName(host, now, pair),
              new CertificateForm.Span(now.minus(BACKDATED), until),
              pair.getPublic(),
              pair.getPrivate(),
              random);
      return new Authority(
          List.of(Pem.certificate(der)), pair.getPrivate(), SigningAlgorithm.ECDSA_SHA256);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JDK cannot make an ECDSA certificate", e);
    }
  }

  static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  /** The name of this machine without its domain, for {@link #make}. */
  public static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "gateway";
    }
  }

  /** Two made within a month differ by the beginning of their keys' identifiers. */
  private static String commonName(String host, Instant now, KeyPair pair)
      throws GeneralSecurityException {
    String plain = host.replaceAll("\\..*", "").replaceAll("[^A-Za-z0-9_-]", "");
    String known = plain.isEmpty() ? "gateway" : plain;
    return "Sekisho inspection authority "
        + known.substring(0, Math.min(known.length(), LONGEST_HOST))
        + " "
        + DateTimeFormatter.ofPattern("yyyy-MM").withZone(ZoneOffset.UTC).format(now)
        + " "
        + HexFormat.of().formatHex(CertificateForm.keyId(pair.getPublic()), 0, 2);
  }

  /**
   * The name byte for byte: a client compares the issuer of a leaf with it, and encoding it anew
   * could choose other string types.
   */
  private static byte[] subjectAsItStands(byte[] body) throws IOException {
    DerReader parts = new DerReader(body).inside(0x30);
    if (parts.peek() == 0xa0) {
      parts.whole();
    }
    for (int i = 0; i < 4; i++) {
      parts.whole(); // serial, algorithm, issuer, validity
    }
    return parts.whole();
  }

  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** The authority's certificate, then those that certify it, as far as they are known. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** What clients have to trust: the highest certificate that is known. */
  public X509Certificate anchor() {
    return chain.getLast();
  }

  /** The last moment of the authority and everything above it. */
  public Instant end() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** SHA-256 of a certificate, as browsers and openssl show it. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.ofDelimiter(":").formatHex(digest).toUpperCase(Locale.ROOT);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The day in UTC, for messages. */
  static String day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC).toString();
  }

  /** Key and chain in one PEM text, so that they can never be of two authorities. */
  public String pemWithKey() {
    return Pem.block("PRIVATE KEY", key.getEncoded()) + pem();
  }

  /** The chain as PEM. */
  public String pem() {
    return chain.stream().map(Pem::of).collect(Collectors.joining());
  }

  /** Only for signing, and for whoever asked for it by name. */
  public PrivateKey key() {
    return key;
  }

  SigningAlgorithm algorithm() {
    return algorithm;
  }

  byte[] subject() {
    return subject.clone();
  }

  byte[] keyId() {
    return keyId.clone();
  }
}
