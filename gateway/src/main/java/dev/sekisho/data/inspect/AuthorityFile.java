package dev.sekisho.data.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an authority from its files and says in a sentence why one cannot be used. What clients
 * would refuse later, each in its own obscure way, is refused here.
 */
public final class AuthorityFile {
  private static final long LARGEST = 1 << 20;
  private static final int SIGNS = 5;
  private static final int SMALLEST_RSA = 2048;
  private static final Set<String> GOOD_FOR_SERVERS = Set.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");

  private AuthorityFile() {}

  /** Which of the two files a fault is in. */
  public enum Part {
    CERTIFICATE,
    KEY
  }

  /** What became of reading. */
  public sealed interface Outcome {
    /**
     * @param warnings sentences; it works with some clients, or not for long
     */
    record Usable(Authority authority, List<String> warnings) implements Outcome {}

    record Unusable(Part part, String sentence) implements Outcome {}
  }

  /** Carries a sentence out of nested checks; never leaves this class. */
  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;
    private final Part part;

    Fault(Part part, String sentence) {
      super(sentence, null, false, false);
      this.part = part;
    }

    Outcome outcome() {
      return new Outcome.Unusable(part, String.valueOf(getMessage()));
    }
  }

  /**
   * Reads an authority that must be good now.
   *
   * @param certificate PEM: the authority first, those that certify it behind it; or DER
   * @param key PEM; may be the same file
   */
  public static Outcome read(Path certificate, Path key, Optional<String> passphrase, Instant now) {
    Outcome read = readAnyAge(certificate, key, passphrase);
    if (!(read instanceof Outcome.Usable usable)) {
      return read;
    }
    return age(usable.authority(), certificate.toString(), now)
        .<Outcome>map(sentence -> new Outcome.Unusable(Part.CERTIFICATE, sentence))
        .orElse(usable);
  }

  /** As {@link #read}, but an expired one is taken: to show it, or to put another in its place. */
  static Outcome readAnyAge(Path certificate, Path key, Optional<String> passphrase) {
    try {
      List<X509Certificate> chain = certificates(certificate);
      List<String> warnings = new ArrayList<>();
      check(chain.getFirst(), "the certificate in " + certificate, warnings);
      issuers(chain, certificate);
      PrivateKey secret = key(key, passphrase);
      PublicKey open = chain.getFirst().getPublicKey();
      SigningAlgorithm algorithm =
          SigningAlgorithm.of(open)
              .orElseThrow(() ->
                  new Fault(
                      Part.CERTIFICATE,
                      "the certificate in "
                          + certificate
                          + " has a key of a kind that is not known here ("
                          + open.getAlgorithm()
                          + "); use P-256, P-384 or RSA."));
      match(secret, open, algorithm, certificate, key);
      return new Outcome.Usable(new Authority(chain, secret, algorithm), List.copyOf(warnings));
    } catch (Fault fault) {
      return fault.outcome();
    } catch (IOException e) {
      return new Outcome.Unusable(
          Part.CERTIFICATE, "the certificate in " + certificate + " is damaged.");
    }
  }

  /** Why an authority cannot sign at this moment, if so. */
  static Optional<String> age(Authority authority, String where, Instant now) {
    int number = 1;
    for (X509Certificate certificate : authority.chain()) {
      String which =
          number++ == 1
              ? "the authority in " + where
              : "the certificate of '"
                  + certificate.getSubjectX500Principal().getName()
                  + "' above the authority in "
                  + where;
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        return Optional.of(
            which
                + " expired on "
                + Authority.day(certificate.getNotAfter().toInstant())
                + "; clients refuse everything it signs.");
      }
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        return Optional.of(
            which
                + " is not valid before "
                + certificate.getNotBefore().toInstant()
                + "; wait, or look at this machine's clock.");
      }
    }
    return Optional.empty();
  }

  private static byte[] content(Path file, Part part) throws Fault {
    try {
      if (Files.isDirectory(file)) {
        throw new Fault(part, file + " is a folder, not a file.");
      }
      if (Files.size(file) > LARGEST) {
        throw new Fault(part, "the file " + file + " is too large to be what it should be.");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      throw new Fault(part, "the file " + file + " does not exist.");
    } catch (IOException _) {
      throw new Fault(part, "the file " + file + " cannot be read by this user.");
    }
  }

  private static List<X509Certificate> certificates(Path file) throws Fault {
    byte[] content = content(file, Part.CERTIFICATE);
    try {
      List<X509Certificate> chain = Pem.certificates(content);
      if (chain.isEmpty()) {
        throw new Fault(
            Part.CERTIFICATE, "the file " + file + " is no certificate; PEM is expected.");
      }
      return chain;
    } catch (IOException e) {
      throw new Fault(
          Part.CERTIFICATE,
          "the file " + file + " is no certificate that can be read: " + e.getMessage() + ".");
    }
  }

  private static void check(X509Certificate certificate, String which, List<String> warnings)
      throws Fault {
    if (certificate.getBasicConstraints() < 0) {
      throw new Fault(
          Part.CERTIFICATE,
          which + " is not one of an authority (basicConstraints does not say CA).");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[SIGNS]) {
      throw new Fault(
          Part.CERTIFICATE, which + " may not sign certificates (keyUsage lacks keyCertSign).");
    }
    if (usage == null) {
      warnings.add(which + " has no keyUsage; strict clients refuse that.");
    }
    extended(certificate, which);
    strength(certificate.getPublicKey(), which);
    boolean own =
        certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    if (!own && certificate.getSigAlgName().matches("(?i)(sha1|md5|md2)with.*")) {
      warnings.add(
          which
              + " is itself signed with "
              + certificate.getSigAlgName()
              + ", which many clients refuse.");
    }
    if (certificate.getExtensionValue("2.5.29.14") == null) {
      warnings.add(which + " has no subjectKeyIdentifier; strict clients refuse that.");
    }
    if (certificate.getExtensionValue("2.5.29.30") != null) {
      warnings.add(
          which + " has name constraints: clients refuse its leaves for names outside them.");
    }
  }

  private static void extended(X509Certificate certificate, String which) throws Fault {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes != null && purposes.stream().noneMatch(GOOD_FOR_SERVERS::contains)) {
        throw new Fault(
            Part.CERTIFICATE,
            which
                + " is not for servers (extendedKeyUsage lacks serverAuth), so clients refuse"
                + " its leaves.");
      }
    } catch (GeneralSecurityException _) {
      throw new Fault(Part.CERTIFICATE, which + " has an extendedKeyUsage that is damaged.");
    }
  }

  private static void strength(PublicKey key, String which) throws Fault {
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SMALLEST_RSA) {
      throw new Fault(
          Part.CERTIFICATE,
          which
              + " has an RSA key of "
              + rsa.getModulus().bitLength()
              + " bits, which is too small; "
              + SMALLEST_RSA
              + " is the least.");
    }
    if (SigningAlgorithm.of(key).isEmpty()) {
      throw new Fault(
          Part.CERTIFICATE,
          which
              + " has a key of a kind or size that cannot be used ("
              + key.getAlgorithm()
              + "); use P-256, P-384, or RSA of 2048 bits or more.");
    }
  }

  /** Each must be signed by the next, allow as many authorities below, and be an authority. */
  private static void issuers(List<X509Certificate> chain, Path file) throws Fault {
    for (int i = 1; i < chain.size(); i++) {
      X509Certificate issuer = chain.get(i);
      String which = "certificate " + (i + 1) + " in " + file;
      try {
        chain.get(i - 1).verify(issuer.getPublicKey());
      } catch (GeneralSecurityException _) {
        throw new Fault(
            Part.CERTIFICATE,
            which
                + " did not sign the one before it; the authority comes first, then whoever"
                + " certifies it.");
      }
      if (issuer.getBasicConstraints() < 0) {
        throw new Fault(Part.CERTIFICATE, which + " is not one of an authority.");
      }
      // The path length counts authorities below it; leaves do not count (RFC 5280 §4.2.1.9).
      if (issuer.getBasicConstraints() < i) {
        throw new Fault(
            Part.CERTIFICATE,
            which
                + " allows only "
                + issuer.getBasicConstraints()
                + " authorities below it (pathLenConstraint), and there are "
                + i
                + "; clients refuse the chain.");
      }
    }
  }

  private static PrivateKey key(Path file, Optional<String> passphrase) throws Fault {
    byte[] content = content(file, Part.KEY);
    try {
      return KeyFile.read(content, passphrase);
    } catch (IOException e) {
      throw new Fault(Part.KEY, "the file " + file + " " + e.getMessage() + ".");
    }
  }

  private static void match(
      PrivateKey key, PublicKey open, SigningAlgorithm algorithm, Path certificate, Path file)
      throws Fault {
    byte[] probe = {'S', 'e', 'k', 'i', 's', 'h', 'o'};
    boolean matches;
    try {
      matches = algorithm.verify(open, probe, algorithm.sign(key, probe));
    } catch (GeneralSecurityException _) {
      matches = false;
    }
    if (!matches) {
      throw new Fault(
          Part.KEY,
          "the key in " + file + " is not that of the certificate in " + certificate + ".");
    }
  }
}
