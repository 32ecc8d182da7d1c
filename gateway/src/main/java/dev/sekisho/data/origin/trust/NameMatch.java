package dev.sekisho.data.origin.trust;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a certificate is for a host, by subjectAltName alone (RFC 9525 §6): a name by its dNSName
 * entries, an address by its iPAddress entries, the subject never. A wildcard is the whole leftmost
 * label, stands for exactly one label, and has at least two labels behind it.
 */
final class NameMatch {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final int MOST_NAMED = 4;

  private NameMatch() {}

  static Optional<CertificateFault> fault(X509Certificate leaf, Host host)
      throws CertificateParsingException {
    Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
    if (alternatives == null || alternatives.isEmpty()) {
      return Optional.of(
          new CertificateFault(
              CertificateFault.Kind.NO_NAME,
              CertificateWords.subject(host, leaf, 0)
                  + " does not say which names it is for: it has no subjectAltName"
                  + CertificateWords.details(leaf)));
    }
    List<String> names = new ArrayList<>();
    for (List<?> alternative : alternatives) {
      int type = (Integer) alternative.get(0);
      if (type != DNS_NAME && type != IP_ADDRESS) {
        continue;
      }
      String text = (String) alternative.get(1);
      if (type == DNS_NAME ? matches(text, host) : isAddress(text, host)) {
        return Optional.empty();
      }
      names.add(CertificateWords.printable(text));
    }
    return Optional.of(
        new CertificateFault(
            CertificateFault.Kind.WRONG_NAME,
            CertificateWords.subject(host, leaf, 0)
                + " is not for "
                + host.text()
                + ": it is for "
                + listed(names)
                + CertificateWords.details(leaf)));
  }

  static boolean matches(String pattern, Host host) {
    if (!(host instanceof DomainName name)) {
      return false;
    }
    String presented = pattern.toLowerCase(Locale.ROOT);
    if (!presented.startsWith("*.")) {
      return presented.equals(name.text());
    }
    String behind = presented.substring(1);
    int firstDot = name.text().indexOf('.');
    return behind.indexOf('.', 1) > 0
        && firstDot > 0
        && name.text().substring(firstDot).equals(behind);
  }

  private static boolean isAddress(String text, Host host) {
    try {
      return host instanceof IpAddress address && IpAddress.parse(text).unmapped().equals(address);
    } catch (MalformedException _) {
      return false;
    }
  }

  private static String listed(List<String> names) {
    if (names.isEmpty()) {
      return "no name or address at all";
    }
    String first = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMED)));
    return names.size() > MOST_NAMED
        ? first + " and " + (names.size() - MOST_NAMED) + " more"
        : first;
  }
}
