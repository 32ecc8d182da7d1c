package dev.sekisho.scan.icap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Which servers are believed. */
final class IcapTls {
  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  private IcapTls() {}

  /**
   * The certificates of a PEM file.
   *
   * @throws IOException when it cannot be read, or holds none
   */
  static List<X509Certificate> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> found = new ArrayList<>();
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        if (one instanceof X509Certificate certificate) {
          found.add(certificate);
        }
      }
      if (found.isEmpty()) {
        throw new IOException("it holds no certificate");
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw new IOException("it is no PEM file of certificates", e);
    }
  }

  /**
   * @param roots the system's, where there are none
   * @throws UncheckedIOException when the system's cannot be read
   */
  static SSLContext trusting(List<X509Certificate> roots) {
    try {
      @Nullable KeyStore store = null;
      List<X509Certificate> believed = roots.isEmpty() ? system() : roots;
      if (!believed.isEmpty()) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < believed.size(); i++) {
          store.setCertificateEntry("root" + i, believed.get(i));
        }
      }
      // Without a store these are the roots of the Java runtime.
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PKIX and TLS", e);
    } catch (IOException e) {
      throw new UncheckedIOException("the system's roots cannot be read", e);
    }
  }

  private static List<X509Certificate> system() throws IOException {
    for (Path file : SYSTEM) {
      if (Files.isReadable(file)) {
        return read(file);
      }
    }
    return List.of();
  }
}
