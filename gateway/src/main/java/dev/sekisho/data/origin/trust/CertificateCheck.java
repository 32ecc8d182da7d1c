package dev.sekisho.data.origin.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sekisho.net.Host;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Whether the certificates that an origin sent speak for the host that was asked for. Answers are
 * remembered for a few minutes, so that one origin's many connections cost one check. Used from any
 * thread; blocks where intermediates are fetched.
 */
public final class CertificateCheck {
  private static final Duration SOUND_KEPT = Duration.ofMinutes(5);
  private static final Duration REFUSED_KEPT = Duration.ofSeconds(20);
  private static final int MOST_REMEMBERED = 10_000;

  /** The TLS library hands over ten at most, and leaves out the others. */
  private static final int MOST_SENT = 10;

  private static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_FETCHES = 3;

  /** The answer, and until when it may be repeated. */
  public sealed interface Result {
    Instant until();

    record Sound(Instant until) implements Result {}

    record Refused(CertificateFault fault, Instant until) implements Result {}
  }

  private final Roots roots;
  private final Supplier<Set<PublicKey>> ownKeys;
  private final Intermediates intermediates;
  private final InstantSource clock;
  private final Cache<String, Result> remembered =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

  /**
   * Until when chains are sound, whatever host they were shown for: many names live behind one
   * certificate, and looking for the name in it is a small part of the work.
   */
  private final Cache<String, Instant> soundChains =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

  /**
   * @param ownKeys the keys of the gateway's own authority, past ones included: no chain through
   *     one is believed, whatever the system's store says
   */
  public CertificateCheck(
      Roots roots,
      Supplier<Set<PublicKey>> ownKeys,
      Intermediates intermediates,
      InstantSource clock) {
    this.roots = roots;
    this.ownKeys = ownKeys;
    this.intermediates = intermediates;
    this.clock = clock;
  }

  /** The answer when it is known, without blocking. */
  public Optional<Result> known(List<X509Certificate> sent, Host host) {
    Result result = remembered.getIfPresent(key(sent, host));
    return result != null && clock.instant().isBefore(result.until())
        ? Optional.of(result)
        : Optional.empty();
  }

  /**
   * @param sent as the origin sent them, its own first
   */
  public Result check(List<X509Certificate> sent, Host host) {
    Optional<Result> known = known(sent, host);
    if (known.isPresent()) {
      return known.get();
    }
    Result result = new Judging(host, clock.instant(), digest(sent)).result(sent);
    remembered.put(key(sent, host), result);
    return result;
  }

  /** Forgets all answers, as when the gateway's own authority has changed. */
  public void forget() {
    remembered.invalidateAll();
    soundChains.invalidateAll();
  }

  public Roots roots() {
    return roots;
  }

  private static String key(List<X509Certificate> sent, Host host) {
    return digest(sent) + ' ' + host.text();
  }

  private static String digest(List<X509Certificate> sent) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (X509Certificate certificate : sent) {
        digest.update(certificate.getEncoded());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was sent has its bytes", e);
    }
  }

  /** One check under way. */
  private final class Judging {
    private final Host host;
    private final Instant now;
    private final String digest;
    private final WayCheck ways;
    private Optional<CertificateFault> firstFault = Optional.empty();
    private Instant soundUntil;

    Judging(Host host, Instant now, String digest) {
      this.host = host;
      this.now = now;
      this.digest = digest;
      this.ways = new WayCheck(host, now, ownKeys.get());
      this.soundUntil = now.plus(SOUND_KEPT);
    }

    Result result(List<X509Certificate> sent) {
      try {
        Optional<CertificateFault> fault = size(sent);
        if (fault.isEmpty()) {
          fault = chain(readAgain(sent));
        }
        return fault
            .<Result>map(f -> new Result.Refused(f, now.plus(REFUSED_KEPT)))
            .orElseGet(() -> new Result.Sound(soundUntil));
      } catch (GeneralSecurityException | RuntimeException e) {
        return new Result.Refused(
            new CertificateFault(
                CertificateFault.Kind.UNREADABLE,
                "The certificate of " + host.text() + " cannot be read."),
            now.plus(REFUSED_KEPT));
      }
    }

    private Optional<CertificateFault> size(List<X509Certificate> sent)
        throws CertificateEncodingException {
      if (sent.isEmpty()) {
        return fault(CertificateFault.Kind.NONE_SENT, host.text() + " sent no certificate.");
      }
      int bytes = 0;
      for (X509Certificate certificate : sent) {
        bytes += certificate.getEncoded().length;
      }
      if (sent.size() > MOST_SENT || bytes > MOST_BYTES) {
        return fault(
            CertificateFault.Kind.TOO_LARGE,
            host.text()
                + " sent "
                + sent.size()
                + " certificates of "
                + bytes
                + " bytes together; 10 and 65536 are the most.");
      }
      return Optional.empty();
    }

    /** With the JDK's reader, whatever the TLS library's own objects may be lenient about. */
    private List<X509Certificate> readAgain(List<X509Certificate> sent)
        throws GeneralSecurityException {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> read = new ArrayList<>();
      for (X509Certificate certificate : sent) {
        read.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
      }
      return read;
    }

    private Optional<CertificateFault> chain(List<X509Certificate> sent)
        throws CertificateParsingException {
      X509Certificate leaf = sent.getFirst();
      Instant known = soundChains.getIfPresent(digest);
      if (known != null && now.isBefore(known)) {
        soundUntil = known;
        return NameMatch.fault(leaf, host);
      }
      List<X509Certificate> pool = new ArrayList<>(sent.subList(1, sent.size()));
      ChainSearch search = new ChainSearch(roots, pool, this::good);
      boolean found = search.from(leaf);
      for (int fetches = 0; !found && fetches < MOST_FETCHES; fetches++) {
        X509Certificate orphan = search.obstacles().orphan;
        List<X509Certificate> fetched = orphan == null ? List.of() : fetch(orphan);
        if (fetched.isEmpty()) {
          break;
        }
        pool.addAll(fetched);
        search = new ChainSearch(roots, pool, this::good);
        found = search.from(leaf);
      }
      Optional<CertificateFault> name = NameMatch.fault(leaf, host);
      if (found) {
        soundChains.put(digest, soundUntil);
        return name;
      }
      return firstFault.or(() -> early(leaf)).or(() -> name).or(noWay(leaf, search.obstacles()));
    }

    private boolean good(ChainSearch.Way way) {
      Optional<CertificateFault> fault = ways.fault(way);
      if (fault.isPresent()) {
        firstFault = firstFault.or(() -> fault);
        return false;
      }
      for (X509Certificate certificate : way.certificates()) {
        Instant end = certificate.getNotAfter().toInstant();
        soundUntil = end.isBefore(soundUntil) ? end : soundUntil;
      }
      return true;
    }

    /** What people should hear first about a certificate that leads nowhere anyway. */
    private Optional<CertificateFault> early(X509Certificate leaf) {
      return ways.alone(leaf);
    }

    private List<X509Certificate> fetch(X509Certificate orphan) {
      List<X509Certificate> fetched = new ArrayList<>();
      for (URI url : IssuerUrls.of(orphan)) {
        fetched.addAll(intermediates.at(url));
        if (!fetched.isEmpty()) {
          break;
        }
      }
      return fetched;
    }

    private Supplier<Optional<CertificateFault>> noWay(
        X509Certificate leaf, ChainSearch.Obstacles obstacles) {
      return () -> Optional.of(NoWay.fault(host, leaf, obstacles));
    }

    private static Optional<CertificateFault> fault(CertificateFault.Kind kind, String sentence) {
      return Optional.of(new CertificateFault(kind, sentence));
    }
  }
}
