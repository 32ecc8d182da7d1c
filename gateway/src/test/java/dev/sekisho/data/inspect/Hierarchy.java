package dev.sekisho.data.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/** A company's root and the intermediate it gave the gateway, as made by the openssl program. */
record Hierarchy(X509Certificate root, Authority intermediate) {
  static Hierarchy make() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("hierarchy-");
    OpenSsl openssl = new OpenSsl(folder);
    openssl.root("root", "P-384", "/C=JP/O=Example K.K./CN=Root");
    openssl.authority(
        "proxy",
        "root",
        "/C=JP/O=Example K.K./OU=網/CN=Proxy",
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
            + "subjectKeyIdentifier=hash\n");
    Path chain = openssl.joined("proxy", "root");
    return switch (AuthorityFile.read(
        chain, openssl.key("proxy"), Optional.empty(), Instant.now())) {
      case AuthorityFile.Outcome.Usable usable ->
          new Hierarchy(usable.authority().anchor(), usable.authority());
      case AuthorityFile.Outcome.Unusable bad -> throw new AssertionError(bad.sentence());
    };
  }
}
