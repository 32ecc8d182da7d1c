package dev.sekisho.data.origin;

import dev.sekisho.config.Section;
import dev.sekisho.data.origin.trust.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate and its key, as the keys {@code certificate} and {@code key} of a section name
 * their files. What TLS would fail by later is said at once, where it stands.
 *
 * @param chain the certificate itself first
 */
public record KeyedCertificate(List<X509Certificate> chain, PrivateKey key) {
  /**
   * @param folder relative paths start here
   * @param passphrase of an encrypted key
   * @return empty when something is wrong, which the section's problems then say
   */
  public static Optional<KeyedCertificate> read(
      Section section, Path folder, Optional<String> passphrase) {
    Optional<List<X509Certificate>> chain = chain(section, folder);
    Optional<PemFile> file = keyFile(section, folder);
    if (chain.isEmpty() || file.isEmpty()) {
      return Optional.empty();
    }
    PublicKey publicKey = chain.get().getFirst().getPublicKey();
    try {
      PrivateKey key = file.get().privateKey(publicKey.getAlgorithm(), passphrase);
      if (!belongTogether(publicKey, key)) {
        error(
            section,
            "key",
            "the key in "
                + folder.resolve(section.text("key").orElse(""))
                + " does not belong to the certificate; where that file has several, the one of the"
                + " key comes first.");
        return Optional.empty();
      }
      return Optional.of(new KeyedCertificate(chain.get(), key));
    } catch (IOException e) {
      error(section, "key", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<List<X509Certificate>> chain(Section section, Path folder) {
    Optional<String> file = section.text("certificate");
    if (file.isEmpty()) {
      error(section, "certificate", "the PEM file with the certificate is missing.");
      return Optional.empty();
    }
    try {
      List<X509Certificate> chain = PemFile.read(folder.resolve(file.get())).certificates();
      X509Certificate own = chain.getFirst();
      Instant now = Instant.now();
      if (now.isAfter(own.getNotAfter().toInstant())) {
        error(
            section,
            "certificate",
            "it expired on " + own.getNotAfter().toInstant() + "; renew it.");
        return Optional.empty();
      }
      if (now.isBefore(own.getNotBefore().toInstant())) {
        error(
            section,
            "certificate",
            "it is not valid before " + own.getNotBefore().toInstant() + ".");
        return Optional.empty();
      }
      return Optional.of(chain);
    } catch (IOException e) {
      error(section, "certificate", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<PemFile> keyFile(Section section, Path folder) {
    Optional<String> file = section.text("key");
    if (file.isEmpty()) {
      error(section, "key", "the PEM file with the private key is missing.");
      return Optional.empty();
    }
    try {
      return Optional.of(PemFile.read(folder.resolve(file.get())));
    } catch (IOException e) {
      error(section, "key", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
    byte[] probe = {1, 2, 3};
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case String other -> other;
        };
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(probe);
      byte[] signature = signing.sign();
      Signature checking = Signature.getInstance(algorithm);
      checking.initVerify(publicKey);
      checking.update(probe);
      return checking.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private static void error(Section section, String key, String words) {
    section.problems().error(section.markOf(key), section.name() + "." + key + ": " + words);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "KeyedCertificate[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
