package dev.sekisho.data.inspect;

import dev.sekisho.net.Host;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * The time in which one authority signs for one leaf key. All leaves of an epoch share the key:
 * making one costs as much as a signature, and there is nothing to gain from many, since all would
 * lie in the same memory.
 */
final class Epoch {
  /** Nobody accepts more than 47 days from a public authority; clocks are off by less. */
  private static final Duration AHEAD = Duration.ofDays(30);

  private final Authority authority;
  private final Instant begin;
  private final KeyPair pair;
  private final TicketKeys tickets;
  private final EpochContext context;
  private final String tail;
  private final SecureRandom random;

  private Epoch(
      Authority authority, Instant begin, KeyPair pair, TicketKeys tickets, SecureRandom random) {
    this.authority = authority;
    this.begin = begin;
    this.pair = pair;
    this.tickets = tickets;
    this.random = random;
    // A root is nothing to a client that does not have it already.
    this.tail =
        authority.chain().stream()
            .filter(Epoch::isSignedByAnother)
            .map(Pem::of)
            .collect(Collectors.joining());
    try {
      this.context = EpochContext.of(pair.getPrivate(), tickets);
    } catch (SSLException e) {
      throw new IllegalStateException("no server context can be made for inspection", e);
    }
  }

  static Epoch first(Authority authority, Instant now) {
    SecureRandom random = new SecureRandom();
    return new Epoch(authority, now, key(random), TicketKeys.fresh(random), random);
  }

  /** The same authority with a new leaf key. Tickets of this epoch are still opened by the next. */
  Epoch next(Instant now) {
    return new Epoch(authority, now, key(random), tickets.rotated(random), random);
  }

  Authority authority() {
    return authority;
  }

  Instant begin() {
    return begin;
  }

  /**
   * @param until the leaf's end
   */
  record Leaf(LeafContext context, Instant until) {}

  /** Signs a leaf and makes its context. Plain computation, some hundred microseconds of it. */
  Leaf mint(Host host, Instant now) throws GeneralSecurityException, IOException {
    Instant end = authority.end();
    Instant ahead = now.plus(AHEAD);
    Instant until = ahead.isBefore(end) ? ahead : end;
    var span = new CertificateForm.Span(now.minus(Authority.BACKDATED), until);
    byte[] der = CertificateForm.leaf(authority, host, span, pair.getPublic(), random);
    return new Leaf(new LeafContext(context, Pem.block("CERTIFICATE", der) + tail), until);
  }

  private static boolean isSignedByAnother(X509Certificate certificate) {
    return !certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  private static KeyPair key(SecureRandom random) {
    try {
      return Authority.newKey(random);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no P-256", e);
    }
  }
}
