package dev.sekisho.data.origin.trust;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ways from an origin's certificate to a root. Origins send chains in the wrong order,
 * with certificates that do not belong to it, and with cross-signed authorities, so that there may
 * be several ways of which one is good: every way is offered until one is taken. An issuer counts
 * only when its key verifies the signature. The number of signatures tried is bounded, for a chain
 * can be made in which everything seems to have issued everything.
 */
final class ChainSearch {
  private static final int MOST_SIGNATURES = 64;
  static final int MOST_STEPS = 9;

  /**
   * One way to a root.
   *
   * @param certificates the origin's first; without the root
   */
  record Way(List<X509Certificate> certificates, Roots.Root root) {}

  /** What hindered the search; the last two say where it ended. */
  static final class Obstacles {
    @Nullable X509Certificate falselySigned;
    @Nullable X509Certificate selfSigned;
    @Nullable X509Certificate orphan;
    boolean tooLong;
    boolean gaveUp;
  }

  private final Roots roots;
  private final Set<X509Certificate> pool;
  private final Predicate<Way> taker;
  private final Obstacles obstacles = new Obstacles();
  private final List<X509Certificate> way = new ArrayList<>();
  private int signatures;

  /**
   * @param taker returns true for a way that is good, which ends the search
   */
  ChainSearch(Roots roots, List<X509Certificate> pool, Predicate<Way> taker) {
    this.roots = roots;
    this.pool = new LinkedHashSet<>(pool);
    this.taker = taker;
  }

  /** Whether a way was taken. */
  boolean from(X509Certificate leaf) {
    for (Roots.Root root : roots.named(leaf.getSubjectX500Principal())) {
      if (root.source() == Roots.Source.CONFIGURED && root.certificate().equals(leaf)) {
        return taker.test(new Way(List.of(), root));
      }
    }
    return extend(leaf);
  }

  Obstacles obstacles() {
    return obstacles;
  }

  private boolean extend(X509Certificate last) {
    way.add(last);
    try {
      if (way.size() > MOST_STEPS) {
        obstacles.tooLong = true;
        return false;
      }
      return atRoot(last) || byOthers(last);
    } finally {
      way.removeLast();
    }
  }

  private boolean atRoot(X509Certificate last) {
    for (Roots.Root root : roots.named(last.getIssuerX500Principal())) {
      if (signed(last, root.certificate()) && taker.test(new Way(List.copyOf(way), root))) {
        return true;
      }
    }
    return false;
  }

  private boolean byOthers(X509Certificate last) {
    boolean issuerSeen = !roots.named(last.getIssuerX500Principal()).isEmpty();
    for (X509Certificate issuer : pool) {
      if (!issuer.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
        continue;
      }
      issuerSeen = true;
      if (!onTheWay(issuer) && signed(last, issuer) && extend(issuer)) {
        return true;
      }
    }
    if (isSelfIssued(last)) {
      obstacles.selfSigned = last;
    } else if (!issuerSeen) {
      obstacles.orphan = last;
    }
    return false;
  }

  private boolean onTheWay(X509Certificate certificate) {
    return way.stream()
        .anyMatch(passed ->
            passed.getSubjectX500Principal().equals(certificate.getSubjectX500Principal())
                && passed.getPublicKey().equals(certificate.getPublicKey()));
  }

  private boolean signed(X509Certificate certificate, X509Certificate issuer) {
    PublicKey key = issuer.getPublicKey();
    if (++signatures > MOST_SIGNATURES) {
      obstacles.gaveUp = true;
      return false;
    }
    if (!KeyStrength.canVerify(key)) {
      return false;
    }
    try {
      certificate.verify(key);
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      obstacles.falselySigned = certificate;
      return false;
    }
  }

  static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }
}
