package dev.sekisho.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for {@code localhost} and 127.0.0.1, made by the openssl program.
 *
 * @param certificate PEM
 * @param key PEM, PKCS#8, without a password
 */
public record TestCertificate(Path certificate, Path key) {
  public static TestCertificate make(Path folder) throws IOException, InterruptedException {
    return make(folder, "localhost");
  }

  /** For these names and 127.0.0.1. */
  public static TestCertificate make(Path folder, String... names)
      throws IOException, InterruptedException {
    Path certificate = folder.resolve(names[0] + ".pem");
    Path key = folder.resolve(names[0] + ".key");
    String subjects =
        Stream.concat(Stream.of(names).map(name -> "DNS:" + name), Stream.of("IP:127.0.0.1"))
            .collect(Collectors.joining(","));
    Program.Result made =
        Program.run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + names[0],
            "-addext",
            "subjectAltName=" + subjects,
            "-keyout",
            key.toString(),
            "-out",
            certificate.toString());
    if (made.exit() != 0) {
      throw new AssertionError("openssl made no certificate: " + made.errors());
    }
    return new TestCertificate(certificate, key);
  }

  /** What shows this certificate. */
  public SSLContext showing() throws GeneralSecurityException, IOException, InterruptedException {
    Path keyStore = certificate.resolveSibling(certificate.getFileName() + ".p12");
    Program.Result made =
        Program.run(
            "openssl",
            "pkcs12",
            "-export",
            "-in",
            certificate.toString(),
            "-inkey",
            key.toString(),
            "-out",
            keyStore.toString(),
            "-passout",
            "pass:secret");
    if (made.exit() != 0) {
      throw new AssertionError("openssl made no key store: " + made.errors());
    }
    char[] password = "secret".toCharArray();
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(KeyStore.getInstance(keyStore.toFile(), password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** What trusts this certificate and no other. */
  public SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "origin", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
