package dev.sekisho.data.inspect;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/** How an authority signs, which follows from its key. */
enum SigningAlgorithm {
  /** RFC 5758 §3.2: no parameters. */
  ECDSA_SHA256("SHA256withECDSA", Der.sequence(Der.oid("1.2.840.10045.4.3.2"))),
  ECDSA_SHA384("SHA384withECDSA", Der.sequence(Der.oid("1.2.840.10045.4.3.3"))),
  /** RFC 4055 §5: the parameters are NULL. */
  RSA_SHA256("SHA256withRSA", Der.sequence(Der.oid("1.2.840.113549.1.1.11"), Der.nothing()));

  private final String jdkName;
  private final byte[] identifier;

  SigningAlgorithm(String jdkName, byte[] identifier) {
    this.jdkName = jdkName;
    this.identifier = identifier;
  }

  /** Empty for keys that an authority of ours cannot have. */
  static Optional<SigningAlgorithm> of(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec ->
          switch (ec.getParams().getOrder().bitLength()) {
            case 256 -> Optional.of(ECDSA_SHA256);
            case 384 -> Optional.of(ECDSA_SHA384);
            default -> Optional.empty();
          };
      case RSAPublicKey _ -> Optional.of(RSA_SHA256);
      default -> Optional.empty();
    };
  }

  /** The AlgorithmIdentifier in DER. */
  byte[] identifier() {
    return identifier.clone();
  }

  byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(jdkName);
    signature.initSign(key);
    signature.update(message);
    return signature.sign();
  }

  boolean verify(PublicKey key, byte[] message, byte[] signed) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(jdkName);
    signature.initVerify(key);
    signature.update(message);
    return signature.verify(signed);
  }
}
