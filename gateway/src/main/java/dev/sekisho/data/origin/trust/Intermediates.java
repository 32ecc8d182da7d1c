package dev.sekisho.data.origin.trust;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;

/** Where a certificate that an origin left out of its chain may be had. */
public interface Intermediates {
  /** Nothing is fetched. */
  Intermediates NONE = _ -> List.of();

  /**
   * The certificates behind a URL that a certificate names as its issuer's (RFC 5280 §4.2.2.1);
   * none when they cannot be had. Blocks.
   */
  List<X509Certificate> at(URI issuer);
}
