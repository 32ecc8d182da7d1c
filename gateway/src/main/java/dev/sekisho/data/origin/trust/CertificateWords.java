package dev.sekisho.data.origin.trust;

import dev.sekisho.net.Host;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import javax.security.auth.x500.X500Principal;

/**
 * How certificates are named in sentences for people. Their text is an attacker's: it is cut to a
 * line's length and has no control characters.
 */
final class CertificateWords {
  private static final int MOST = 100;

  private CertificateWords() {}

  /** A certificate by its place in the chain of this host. */
  static String subject(Host host, X509Certificate certificate, int place) {
    return place == 0
        ? "The certificate of " + host.text()
        : "The authority '"
            + name(certificate.getSubjectX500Principal())
            + "' in the certificate chain of "
            + host.text();
  }

  /** What is written on the certificate. */
  static String details(X509Certificate certificate) {
    return " (subject '"
        + name(certificate.getSubjectX500Principal())
        + "', issuer '"
        + name(certificate.getIssuerX500Principal())
        + "', valid from "
        + day(certificate.getNotBefore())
        + " to "
        + day(certificate.getNotAfter())
        + ").";
  }

  static String name(X500Principal principal) {
    return printable(principal.getName());
  }

  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MOST); i++) {
      char c = text.charAt(i);
      boolean plain = c >= ' ' && c < 0x7f || c > 0xa0 && Character.isLetterOrDigit(c);
      out.append(plain ? c : '?');
    }
    return text.length() > MOST ? out.append("...").toString() : out.toString();
  }

  static String day(Date date) {
    return day(date.toInstant());
  }

  static String day(Instant instant) {
    return DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC).format(instant);
  }
}
