package dev.sekisho.data.origin.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * The blocks of a PEM file (RFC 7468). Messages name the file and say what to do; none has a part
 * of its content.
 */
public final class PemFile {
  private static final long MOST = 4L << 20;
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private record Block(String label, byte[] bytes) {}

  private final Path file;
  private final List<Block> blocks;

  private PemFile(Path file, List<Block> blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  /**
   * @throws IOException with a sentence for the operator
   */
  public static PemFile read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IOException("the file " + file + " cannot be read.");
    }
    if (Files.size(file) > MOST) {
      throw new IOException("the file " + file + " is larger than 4 MiB.");
    }
    return new PemFile(file, blocks(file, Files.readString(file, StandardCharsets.ISO_8859_1)));
  }

  private static List<Block> blocks(Path file, String text) throws IOException {
    List<Block> blocks = new ArrayList<>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
      String label = labelEnd < 0 ? "" : text.substring(at + BEGIN.length(), labelEnd);
      int end = labelEnd < 0 ? -1 : text.indexOf("-----END " + label + DASHES, labelEnd);
      if (end < 0) {
        throw new IOException("the file " + file + " has a PEM block without its end.");
      }
      try {
        String body = text.substring(labelEnd + DASHES.length(), end);
        blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
      } catch (IllegalArgumentException e) {
        throw new IOException("the file " + file + " has a PEM block that is not base64.", e);
      }
      at = text.indexOf(BEGIN, end);
    }
    return blocks;
  }

  /**
   * All certificates, at least one.
   *
   * @throws IOException with a sentence for the operator
   */
  public List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks) {
      if (isCertificate(block)) {
        try {
          found.add(certificate(block));
        } catch (CertificateException e) {
          throw new IOException(
              "certificate " + (found.size() + 1) + " in " + file + " cannot be read.", e);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          "the file " + file + " has no PEM certificate (-----BEGIN CERTIFICATE-----).");
    }
    return found;
  }

  /** For the system's bundle: one certificate that Java cannot read must not cost all others. */
  List<X509Certificate> certificatesThatCanBeRead() {
    List<X509Certificate> found = new ArrayList<>();
    for (Block block : blocks) {
      try {
        if (isCertificate(block)) {
          found.add(certificate(block));
        }
      } catch (CertificateException _) {
        // what cannot be read cannot be trusted
      }
    }
    return found;
  }

  /**
   * The private key, PKCS#8.
   *
   * @param passphrase for an encrypted one
   * @throws IOException with a sentence for the operator
   */
  public PrivateKey privateKey(String algorithm, Optional<String> passphrase) throws IOException {
    for (Block block : blocks) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return key(algorithm, new PKCS8EncodedKeySpec(block.bytes()));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          if (passphrase.isEmpty()) {
            throw new IOException(
                "the key in "
                    + file
                    + " is encrypted; give its passphrase where there is a key for one, or decrypt it"
                    + " with 'openssl pkey -in "
                    + file.getFileName()
                    + "'.");
          }
          return key(algorithm, decrypted(block, passphrase.get()));
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw new IOException(
                "the key in "
                    + file
                    + " is not PKCS#8; convert it with 'openssl pkcs8 -topk8 -in "
                    + file.getFileName()
                    + "'.");
        default -> {
          // certificates and parameters may stand beside the key
        }
      }
    }
    throw new IOException("the file " + file + " has no PEM key (-----BEGIN PRIVATE KEY-----).");
  }

  private PrivateKey key(String algorithm, PKCS8EncodedKeySpec spec) throws IOException {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(spec);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the key in " + file + " is not the " + algorithm + " key of the certificate.", e);
    }
  }

  private PKCS8EncodedKeySpec decrypted(Block block, String passphrase) throws IOException {
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(block.bytes());
      // for PBES2 the parameters, not the name, say which cipher it is
      String cipherName =
          info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
              ? info.getAlgParameters().toString()
              : info.getAlgName();
      Cipher cipher = Cipher.getInstance(cipherName);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(cipherName)
              .generateSecret(new PBEKeySpec(passphrase.toCharArray())),
          info.getAlgParameters());
      return info.getKeySpec(cipher);
    } catch (IOException | GeneralSecurityException e) {
      throw new IOException("the key in " + file + " cannot be decrypted with this passphrase.", e);
    }
  }

  private static boolean isCertificate(Block block) {
    return block.label().equals("CERTIFICATE")
        || block.label().equals("TRUSTED CERTIFICATE")
        || block.label().equals("X509 CERTIFICATE");
  }

  private static X509Certificate certificate(Block block) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(block.bytes()));
  }
}
