package dev.sekisho.data.origin.trust;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Locale;
import java.util.Optional;

/** Which keys and signatures are believed. */
final class KeyStrength {
  private static final int LEAST_RSA = 2048;
  private static final int GREATEST_RSA = 16_384;
  private static final int LEAST_EC = 256;

  /** What is wrong with a key; the words follow "has". */
  record Weakness(CertificateFault.Kind kind, String words) {}

  private KeyStrength() {}

  static Optional<Weakness> of(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa when rsa.getModulus().bitLength() < LEAST_RSA ->
          weak("an RSA key of only " + rsa.getModulus().bitLength() + " bits (2048 are the least)");
      case RSAPublicKey rsa when rsa.getModulus().bitLength() > GREATEST_RSA ->
          unsuitable(
              "an RSA key of " + rsa.getModulus().bitLength() + " bits (16384 are the most)");
      case RSAPublicKey rsa when rsa.getPublicExponent().bitLength() < 2 ->
          weak("an RSA key whose exponent is 1");
      case RSAPublicKey _ -> Optional.empty();
      case ECPublicKey ec when ec.getParams().getOrder().bitLength() < LEAST_EC ->
          weak(
              "an elliptic curve key of only "
                  + ec.getParams().getOrder().bitLength()
                  + " bits (256 are the least)");
      case ECPublicKey _, EdECPublicKey _ -> Optional.empty();
      case PublicKey other ->
          unsuitable(
              "a key of the kind "
                  + CertificateWords.printable(other.getAlgorithm())
                  + ", which is not used for TLS");
    };
  }

  /** Whether a signature may be tried with it at all: absurd ones cost absurd time. */
  static boolean canVerify(PublicKey key) {
    return !(key instanceof RSAPublicKey rsa)
        || rsa.getModulus().bitLength() <= GREATEST_RSA
            && rsa.getPublicExponent().bitLength() <= 64;
  }

  /** Whether the certificate is signed with a digest that can be forged. */
  static boolean forgeable(X509Certificate certificate) {
    String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (name.equals("RSASSA-PSS")) {
      // the digest stands in the parameters; without one it is SHA-1 (RFC 4055)
      byte[] parameters = certificate.getSigAlgParams();
      return parameters == null || !namesSha2(parameters);
    }
    return name.contains("SHA1")
        || name.contains("MD5")
        || name.contains("MD2")
        || name.contains("MD4");
  }

  /** The object identifiers of SHA-2 and SHA-3 all begin with 2.16.840.1.101.3.4.2. */
  private static boolean namesSha2(byte[] parameters) {
    byte[] prefix = {0x60, (byte) 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02};
    for (int at = 0; at + prefix.length <= parameters.length; at++) {
      if (java.util.Arrays.equals(parameters, at, at + prefix.length, prefix, 0, prefix.length)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Weakness> weak(String words) {
    return Optional.of(new Weakness(CertificateFault.Kind.WEAK_KEY, words));
  }

  private static Optional<Weakness> unsuitable(String words) {
    return Optional.of(new Weakness(CertificateFault.Kind.UNSUITABLE_KEY, words));
  }
}
