package dev.sekisho.data.origin;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Section;
import dev.sekisho.data.origin.trust.PemFile;
import dev.sekisho.net.Host;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the {@code origin} section says of TLS.
 *
 * @param timeout for one handshake, the check of the certificate included
 * @param trust roots in addition to the system's, and origins' own certificates
 */
public record OriginTlsConfig(
    Duration timeout,
    List<X509Certificate> trust,
    Missing missing,
    List<OriginCredential> credentials) {
  /** What happens where an origin leaves out an intermediate certificate. */
  public enum Missing {
    REFUSED,
    /** Fetched from the URL in the certificate, over plain HTTP. */
    FETCHED
  }

  public static OriginTlsConfig usual() {
    return new OriginTlsConfig(Duration.ofSeconds(10), List.of(), Missing.REFUSED, List.of());
  }

  /**
   * The credential shown to this host: the first that names it.
   *
   * @return what connections to it are keyed by
   */
  public OriginKey.Security.Tls credentialFor(Host host) {
    for (OriginCredential credential : credentials) {
      if (credential.shownTo(host)) {
        return new OriginKey.Security.Tls(credential.name());
      }
    }
    return OriginKey.Security.Tls.ANONYMOUS;
  }

  /**
   * @param folder relative paths start here
   */
  static OriginTlsConfig read(Section section, Path folder, Duration timeout) {
    List<X509Certificate> trust = new ArrayList<>();
    section
        .values("trust", (text, mark) -> certificates(section, folder.resolve(text), mark))
        .forEach(trust::addAll);
    Missing missing =
        section.flag("fetch-intermediates", false) ? Missing.FETCHED : Missing.REFUSED;
    List<OriginCredential> credentials = new ArrayList<>();
    section
        .named("credentials")
        .forEach((name, child) ->
            new CredentialReader(child, folder).read(name).ifPresent(credentials::add));
    return new OriginTlsConfig(timeout, List.copyOf(trust), missing, List.copyOf(credentials));
  }

  private static Optional<List<X509Certificate>> certificates(
      Section section, Path file, Mark mark) {
    try {
      List<X509Certificate> found = PemFile.read(file).certificates();
      for (X509Certificate certificate : found) {
        if (Instant.now().isAfter(certificate.getNotAfter().toInstant())) {
          section
              .problems()
              .error(
                  mark,
                  section.name()
                      + ".trust: '"
                      + certificate.getSubjectX500Principal().getName()
                      + "' in "
                      + file
                      + " expired on "
                      + certificate.getNotAfter().toInstant()
                      + ".");
          return Optional.empty();
        }
      }
      return Optional.of(found);
    } catch (IOException e) {
      section.problems().error(mark, section.name() + ".trust: " + e.getMessage());
      return Optional.empty();
    }
  }
}
