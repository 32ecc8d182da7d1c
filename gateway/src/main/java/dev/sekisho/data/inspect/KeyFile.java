package dev.sekisho.data.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads the private key of a PEM text: PKCS#8 in the clear or encrypted (RFC 5958), and the
 * traditional forms of OpenSSL for EC (RFC 5915) and RSA (RFC 8017 A.1.2). Messages say what is
 * wrong with the file and never what is in it.
 */
final class KeyFile {
  private static final byte[] RSA = Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Der.nothing());
  private static final byte[] EC = Der.oid("1.2.840.10045.2.1");

  private KeyFile() {}

  /**
   * @throws IOException whose message is the end of a sentence that begins with the file's name
   */
  static PrivateKey read(byte[] content, Optional<String> passphrase) throws IOException {
    for (Pem.Block block : Pem.blocks(new String(content, StandardCharsets.ISO_8859_1))) {
      if (block.headers().contains("ENCRYPTED")) {
        throw new IOException(
            "has a key encrypted in OpenSSL's old form; convert it with 'openssl pkcs8 -topk8'");
      }
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return plain(block.der());
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return decrypted(block.der(), passphrase);
        }
        case "EC PRIVATE KEY" -> {
          return plain(wrapEc(block.der()));
        }
        case "RSA PRIVATE KEY" -> {
          return plain(Der.sequence(Der.integer(0), RSA, Der.octets(block.der())));
        }
        default -> {
          // Certificates and parameters may stand in the same file.
        }
      }
    }
    throw new IOException("has no private key in PEM");
  }

  private static PrivateKey plain(byte[] pkcs8) throws IOException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
    for (String kind : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(spec);
      } catch (InvalidKeySpecException _) {
        // the other kind, then
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK must know " + kind, e);
      }
    }
    throw new IOException("has a private key that is damaged, or neither RSA nor EC");
  }

  private static PrivateKey decrypted(byte[] der, Optional<String> passphrase) throws IOException {
    if (passphrase.isEmpty()) {
      throw new IOException(
          "has an encrypted key and there is no passphrase; give one by"
              + " inspect.authority.passphrase or --passphrase as file:PATH or env:NAME");
    }
    PBEKeySpec secret = new PBEKeySpec(passphrase.get().toCharArray());
    try {
      EncryptedPrivateKeyInfo box = new EncryptedPrivateKeyInfo(der);
      // The JDK's name of PBES2 is that of what is inside its parameters.
      boolean modern = box.getAlgName().equals("PBES2") || box.getAlgName().startsWith("1.2.840");
      String algorithm = modern ? box.getAlgParameters().toString() : box.getAlgName();
      Key key = SecretKeyFactory.getInstance(algorithm).generateSecret(secret);
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(Cipher.DECRYPT_MODE, key, box.getAlgParameters());
      return plain(box.getKeySpec(cipher).getEncoded());
    } catch (InvalidKeyException | InvalidKeySpecException e) {
      throw new IOException("has an encrypted key that the passphrase does not open", e);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "has a key encrypted in a way that is not known here; convert it with"
              + " 'openssl pkcs8 -topk8 -v2 aes-256-cbc'",
          e);
    } finally {
      secret.clearPassword();
    }
  }

  /** The curve stands inside the traditional form, and outside in PKCS#8. */
  private static byte[] wrapEc(byte[] traditional) throws IOException {
    try {
      DerReader parts = new DerReader(traditional).inside(0x30);
      parts.whole();
      parts.whole();
      byte[] curve = parts.inside(0xa0).rest();
      return Der.sequence(
          Der.integer(0),
          Der.sequence(EC, curve),
          Der.octets(Arrays.copyOf(traditional, traditional.length)));
    } catch (IOException e) {
      throw new IOException("has a private key that is damaged, or that names no curve", e);
    }
  }
}
