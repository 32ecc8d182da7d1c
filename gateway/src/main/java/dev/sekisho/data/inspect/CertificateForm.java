package dev.sekisho.data.inspect;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;

/**
 * The two shapes of certificate that Sekisho makes: its authority's own, and leaves (RFC 5280 §4).
 * All that does not change from one to the next is encoded once.
 */
final class CertificateForm {
  private static final byte[] VERSION_3 = Der.explicit(0, Der.integer(2));
  private static final byte[] COMMON_NAME = Der.oid("2.5.4.3");

  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  private static final String SUBJECT_KEY_ID = "2.5.29.14";
  private static final String AUTHORITY_KEY_ID = "2.5.29.35";
  private static final byte[] SUBJECT_ALT_NAME = Der.oid("2.5.29.17");

  /** cA, and no authority below: pathLenConstraint 0. */
  private static final byte[] IS_AUTHORITY =
      critical(BASIC_CONSTRAINTS, Der.sequence(Der.yes(), Der.integer(0)));

  /** keyCertSign (bit 5) and cRLSign (bit 6). */
  private static final byte[] SIGNS = critical(KEY_USAGE, Der.bits(1, new byte[] {0x06}));

  /** digitalSignature (bit 0), all that an ECDSA key does in TLS. */
  private static final byte[] SHAKES_HANDS =
      critical(KEY_USAGE, Der.bits(7, new byte[] {(byte) 0x80}));

  private static final byte[] SERVER_AUTH =
      extension(EXTENDED_KEY_USAGE, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1")));
  private static final byte[] NO_SUBJECT = Der.sequence();

  private CertificateForm() {}

  /** From when until when, both included, to the second. */
  record Span(Instant from, Instant until) {}

  /** A self-signed authority with no other in its subject than this common name. */
  static byte[] authority(
      String commonName, Span span, PublicKey key, PrivateKey signer, SecureRandom random)
      throws GeneralSecurityException {
    byte[] name = Der.sequence(Der.setOf(Der.sequence(COMMON_NAME, Der.utf8(commonName))));
    byte[] extensions =
        Der.explicit(
            3,
            Der.sequence(IS_AUTHORITY, SIGNS, extension(SUBJECT_KEY_ID, Der.octets(keyId(key)))));
    SigningAlgorithm algorithm = SigningAlgorithm.ECDSA_SHA256;
    byte[] body =
        Der.sequence(
            VERSION_3,
            serial(random),
            algorithm.identifier(),
            name,
            validity(span),
            name,
            key.getEncoded(),
            extensions);
    return signed(body, algorithm, signer);
  }

  /**
   * A leaf for one name or address. The subject is empty and the name critical, as RFC 5280
   * §4.2.1.6 wants it: a common name has room for 64 characters, a host may have 253.
   */
  static byte[] leaf(Authority authority, Host host, Span span, PublicKey key, SecureRandom random)
      throws GeneralSecurityException {
    byte[] extensions =
        Der.explicit(
            3,
            Der.sequence(
                SHAKES_HANDS,
                SERVER_AUTH,
                Der.sequence(
                    SUBJECT_ALT_NAME, Der.yes(), Der.octets(Der.sequence(generalName(host)))),
                extension(AUTHORITY_KEY_ID, Der.sequence(Der.implicit(0, authority.keyId())))));
    byte[] body =
        Der.sequence(
            VERSION_3,
            serial(random),
            authority.algorithm().identifier(),
            authority.subject(),
            validity(span),
            NO_SUBJECT,
            key.getEncoded(),
            extensions);
    return signed(body, authority.algorithm(), authority.key());
  }

  /** SHA-1 of the key's bits (RFC 5280 §4.2.1.2, method 1): a label, with no security in it. */
  static byte[] keyId(PublicKey key) throws GeneralSecurityException {
    try {
      DerReader parts = new DerReader(key.getEncoded()).inside(0x30);
      parts.whole();
      byte[] bits = parts.inside(0x03).rest();
      return MessageDigest.getInstance("SHA-1").digest(Arrays.copyOfRange(bits, 1, bits.length));
    } catch (java.io.IOException e) {
      throw new GeneralSecurityException("the public key has no bits", e);
    }
  }

  private static byte[] signed(byte[] body, SigningAlgorithm algorithm, PrivateKey signer)
      throws GeneralSecurityException {
    return Der.sequence(body, algorithm.identifier(), Der.bits(0, algorithm.sign(signer, body)));
  }

  /** Sixteen random bytes, positive and never shorter, which is within the 20 of RFC 5280. */
  private static byte[] serial(SecureRandom random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] & 0x7f | 0x40);
    return Der.integer(new BigInteger(bytes));
  }

  private static byte[] validity(Span span) {
    return Der.sequence(Der.time(span.from), Der.time(span.until));
  }

  private static byte[] generalName(Host host) {
    return switch (host) {
      case DomainName name -> Der.implicit(2, name.text().getBytes(StandardCharsets.US_ASCII));
      case IpAddress address -> Der.implicit(7, address.bytes());
    };
  }

  private static byte[] extension(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] critical(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
  }
}
