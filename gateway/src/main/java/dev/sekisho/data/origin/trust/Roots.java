package dev.sekisho.data.origin.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/** The authorities that are believed, by subject. Immutable. */
public final class Roots {
  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  /** Where a root came from. */
  enum Source {
    SYSTEM,
    /** Named by the operator, who may also name an origin's own certificate. */
    CONFIGURED
  }

  record Root(X509Certificate certificate, Source source) {}

  private final Map<X500Principal, List<Root>> bySubject = new HashMap<>();
  private final String description;
  private int size;

  private Roots(String description) {
    this.description = description;
  }

  /**
   * The system's roots and these in addition.
   *
   * @throws IOException when the system's cannot be read, saying which file
   */
  public static Roots system(List<X509Certificate> configured) throws IOException {
    for (Path file : SYSTEM) {
      if (Files.isReadable(file)) {
        List<X509Certificate> found = PemFile.read(file).certificatesThatCanBeRead();
        if (!found.isEmpty()) {
          return of(found, configured, file.toString());
        }
      }
    }
    return of(jdk(), configured, "the Java runtime's cacerts");
  }

  /** These and no others, not even the system's. */
  public static Roots only(List<X509Certificate> configured) {
    return of(List.of(), configured, "nothing else");
  }

  static Roots of(
      List<X509Certificate> system, List<X509Certificate> configured, String systemName) {
    String also = configured.isEmpty() ? "" : ", and " + configured.size() + " from origin.trust";
    Roots roots = new Roots(system.size() + " roots from " + systemName + also);
    configured.forEach(certificate -> roots.add(new Root(certificate, Source.CONFIGURED)));
    system.forEach(certificate -> roots.add(new Root(certificate, Source.SYSTEM)));
    return roots;
  }

  private void add(Root root) {
    bySubject
        .computeIfAbsent(root.certificate().getSubjectX500Principal(), _ -> new ArrayList<>(1))
        .add(root);
    size++;
  }

  List<Root> named(X500Principal subject) {
    return bySubject.getOrDefault(subject, List.of());
  }

  public int size() {
    return size;
  }

  /** For the operational log: how many, and from where. */
  public String description() {
    return description;
  }

  private static List<X509Certificate> jdk() throws IOException {
    Path file = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, null);
      for (String alias : java.util.Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate instanceof X509Certificate x509) {
          found.add(x509);
        }
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw new IOException("the roots in " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
