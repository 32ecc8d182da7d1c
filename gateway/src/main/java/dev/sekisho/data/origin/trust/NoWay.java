package dev.sekisho.data.origin.trust;

import dev.sekisho.net.Host;
import java.security.cert.X509Certificate;

/** What to say where no way leads from an origin's certificate to a root. */
final class NoWay {
  private NoWay() {}

  static CertificateFault fault(Host host, X509Certificate leaf, ChainSearch.Obstacles obstacles) {
    if (obstacles.tooLong || obstacles.gaveUp) {
      return new CertificateFault(
          CertificateFault.Kind.TOO_LONG,
          "The certificate chain of "
              + host.text()
              + " has more steps than "
              + ChainSearch.MOST_STEPS
              + ", or too many ways to look at them all.");
    }
    X509Certificate root = obstacles.selfSigned;
    if (root != null && root.equals(leaf)) {
      return new CertificateFault(
          CertificateFault.Kind.SELF_SIGNED,
          CertificateWords.subject(host, leaf, 0)
              + " is signed by itself, so that nobody vouches for it"
              + CertificateWords.details(leaf));
    }
    X509Certificate forged = obstacles.falselySigned;
    if (forged != null && root == null) {
      return new CertificateFault(
          CertificateFault.Kind.BAD_SIGNATURE,
          CertificateWords.subject(host, forged, forged.equals(leaf) ? 0 : 1)
              + " has a signature that is not its issuer's"
              + CertificateWords.details(forged));
    }
    if (root != null) {
      return new CertificateFault(
          CertificateFault.Kind.UNTRUSTED_ROOT,
          "The certificate chain of "
              + host.text()
              + " ends in a root that is not trusted here"
              + CertificateWords.details(root));
    }
    X509Certificate orphan = obstacles.orphan == null ? leaf : obstacles.orphan;
    return new CertificateFault(
        CertificateFault.Kind.ISSUER_MISSING,
        CertificateWords.subject(host, orphan, orphan.equals(leaf) ? 0 : 1)
            + " was issued by '"
            + CertificateWords.name(orphan.getIssuerX500Principal())
            + "', whose certificate is not among the trusted roots and was not sent"
            + CertificateWords.details(orphan));
  }
}
