package dev.sekisho.data.inspect;

import java.security.cert.CertificateEncodingException;
import java.util.Optional;

/**
 * The authority that signs, and the one that will.
 *
 * @param next published beside the current one, so that clients know it before it signs
 */
public record Authorities(Authority current, Optional<Authority> next) {
  /** What clients trust, as PEM: every certificate of the current authority and of the next. */
  public String published() {
    return current.pem() + next.map(Authority::pem).orElse("");
  }

  /** The one certificate to be trusted now, as DER, for systems that take no more than one. */
  public byte[] publishedDer() {
    try {
      return current.anchor().getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
