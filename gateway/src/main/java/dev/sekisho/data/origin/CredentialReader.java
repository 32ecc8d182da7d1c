package dev.sekisho.data.origin;

import dev.sekisho.config.Section;
import dev.sekisho.data.origin.trust.PemFile;
import dev.sekisho.net.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads one client certificate of {@code origin.credentials}. */
final class CredentialReader {
  private final Section section;
  private final Path folder;

  CredentialReader(Section section, Path folder) {
    this.section = section;
    this.folder = folder;
  }

  Optional<OriginCredential> read(String name) {
    int before = section.problems().all().size();
    List<X509Certificate> chain = chain();
    Optional<Secret> passphrase = section.value("passphrase", (text, mark) -> secret(text));
    Optional<PrivateKey> key =
        chain.isEmpty() ? keyUnread() : key(chain.getFirst().getPublicKey(), passphrase);
    List<OriginCredential.Shown> to =
        section.values(
            "to",
            (text, mark) -> {
              try {
                return Optional.of(OriginCredential.Shown.parse(text));
              } catch (MalformedException e) {
                return section.wrong(
                    mark,
                    "to",
                    text,
                    "a host such as api.example or .example (" + e.reason() + ")");
              }
            });
    section.end();
    if (section.problems().all().size() > before) {
      return Optional.empty();
    }
    if (to.isEmpty()) {
      error("to", "the hosts that are shown the certificate are missing.");
      return Optional.empty();
    }
    return key.map(k -> new OriginCredential(name, chain, k, to));
  }

  private List<X509Certificate> chain() {
    Optional<String> file = section.text("certificate");
    if (file.isEmpty()) {
      error("certificate", "the PEM file with the certificate is missing.");
      return List.of();
    }
    try {
      List<X509Certificate> chain = PemFile.read(folder.resolve(file.get())).certificates();
      X509Certificate own = chain.getFirst();
      Instant now = Instant.now();
      if (now.isAfter(own.getNotAfter().toInstant())) {
        error("certificate", "it expired on " + own.getNotAfter().toInstant() + "; renew it.");
      } else if (now.isBefore(own.getNotBefore().toInstant())) {
        error("certificate", "it is not valid before " + own.getNotBefore().toInstant() + ".");
      }
      return chain;
    } catch (IOException e) {
      error("certificate", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private Optional<PrivateKey> keyUnread() {
    if (section.text("key").isEmpty()) {
      error("key", "the PEM file with the private key is missing.");
    }
    return Optional.empty();
  }

  private Optional<PrivateKey> key(PublicKey publicKey, Optional<Secret> passphrase) {
    Optional<String> file = section.text("key");
    if (file.isEmpty()) {
      return keyUnread();
    }
    Path path = folder.resolve(file.get());
    try {
      PrivateKey key =
          PemFile.read(path).privateKey(publicKey.getAlgorithm(), passphrase.map(Secret::text));
      if (!belongTogether(publicKey, key)) {
        error("key", "the key in " + path + " does not belong to the certificate.");
        return Optional.empty();
      }
      return Optional.of(key);
    } catch (IOException e) {
      error("key", String.valueOf(e.getMessage()));
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

  /** A passphrase, which no message shows. */
  private record Secret(String text) {
    @Override
    public String toString() {
      return "(secret)";
    }
  }

  private Optional<Secret> secret(String reference) {
    if (reference.startsWith("env:")) {
      Optional<String> value = Optional.ofNullable(System.getenv(reference.substring(4)));
      if (value.isEmpty()) {
        error("passphrase", "the environment has no variable " + reference.substring(4) + ".");
      }
      return value.map(Secret::new);
    }
    if (reference.startsWith("file:")) {
      Path file = folder.resolve(reference.substring(5));
      try {
        return Optional.of(new Secret(Files.readString(file).strip()));
      } catch (IOException _) {
        error("passphrase", "the file " + file + " cannot be read.");
        return Optional.empty();
      }
    }
    // the value is not repeated: it may be the passphrase itself
    error("passphrase", "expected file:NAME or env:NAME; a secret is never written here itself.");
    return Optional.empty();
  }

  private void error(String key, String words) {
    section.problems().error(section.markOf(key), section.name() + "." + key + ": " + words);
  }
}
