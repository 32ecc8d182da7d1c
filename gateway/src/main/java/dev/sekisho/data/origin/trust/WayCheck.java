package dev.sekisho.data.origin.trust;

import dev.sekisho.net.Host;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether one way to a root is good. Our own checks come first, because they can say what is wrong
 * and with which certificate; the JDK's validator (PKIX, RFC 5280 §6) has the last word, and alone
 * judges name constraints and policies. Revocation is not asked for.
 */
final class WayCheck {
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final String TLS_SERVER = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_USAGE = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_ENCIPHERMENT = 2;
  private static final int KEY_AGREEMENT = 4;
  private static final int SIGNS_CERTIFICATES = 5;

  /** A certificate and what stands around it; place 0 is the origin's. */
  private record Step(X509Certificate certificate, int place, Standing standing) {}

  private enum Standing {
    SENT,
    ROOT
  }

  private final Host host;
  private final Instant now;
  private final Set<PublicKey> ownKeys;

  WayCheck(Host host, Instant now, Set<PublicKey> ownKeys) {
    this.host = host;
    this.now = now;
    this.ownKeys = ownKeys;
  }

  Optional<CertificateFault> fault(ChainSearch.Way way) {
    List<Step> steps = steps(way);
    for (Step step : steps) {
      if (ownKeys.contains(step.certificate().getPublicKey())) {
        return fault(
            CertificateFault.Kind.OWN_AUTHORITY,
            step,
            step.place() == 0
                ? " has the key of this gateway's own authority, which vouches for no origin"
                : " is this gateway's own authority, which vouches for no origin");
      }
    }
    int authoritiesBelow = 0;
    for (Step step : steps) {
      Optional<CertificateFault> fault = fault(step, authoritiesBelow);
      if (fault.isPresent()) {
        return fault;
      }
      boolean counts = step.place() > 0 && !ChainSearch.isSelfIssued(step.certificate());
      authoritiesBelow += counts ? 1 : 0;
    }
    // An origin's own certificate in origin.trust is believed as it stands.
    return way.certificates().isEmpty() ? Optional.empty() : byTheJdk(way);
  }

  /** What is wrong with the origin's certificate whoever issued it. */
  Optional<CertificateFault> alone(X509Certificate leaf) {
    Step step = new Step(leaf, 0, Standing.SENT);
    return dates(step).or(() -> strength(step));
  }

  private static List<Step> steps(ChainSearch.Way way) {
    List<Step> steps = new ArrayList<>();
    way.certificates()
        .forEach(certificate -> steps.add(new Step(certificate, steps.size(), Standing.SENT)));
    steps.add(new Step(way.root().certificate(), steps.size(), Standing.ROOT));
    return steps;
  }

  private Optional<CertificateFault> fault(Step step, int authoritiesBelow) {
    return dates(step)
        .or(() -> strength(step))
        .or(() -> form(step))
        .or(() -> step.place() > 0 ? authority(step, authoritiesBelow) : Optional.empty())
        .or(() -> step.place() == 0 ? origin(step) : Optional.empty())
        .or(() -> usage(step));
  }

  private Optional<CertificateFault> dates(Step step) {
    X509Certificate certificate = step.certificate();
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      return fault(
          CertificateFault.Kind.EXPIRED,
          step,
          " expired on " + CertificateWords.day(certificate.getNotAfter()));
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      return fault(
          CertificateFault.Kind.NOT_YET_VALID,
          step,
          " is not valid before " + CertificateWords.day(certificate.getNotBefore()));
    }
    return Optional.empty();
  }

  private Optional<CertificateFault> strength(Step step) {
    Optional<KeyStrength.Weakness> weakness = KeyStrength.of(step.certificate().getPublicKey());
    if (weakness.isPresent()) {
      return fault(weakness.get().kind(), step, " has " + weakness.get().words());
    }
    if (step.standing() == Standing.SENT && KeyStrength.forgeable(step.certificate())) {
      return fault(
          CertificateFault.Kind.WEAK_SIGNATURE,
          step,
          " is signed with "
              + CertificateWords.printable(step.certificate().getSigAlgName())
              + ", which can be forged");
    }
    return Optional.empty();
  }

  private Optional<CertificateFault> form(Step step) {
    if (step.standing() == Standing.ROOT) {
      return Optional.empty();
    }
    if (step.certificate().getVersion() != 3) {
      return fault(
          CertificateFault.Kind.OLD_VERSION,
          step,
          " is of version "
              + step.certificate().getVersion()
              + ", which cannot say what it is for (3 is needed)");
    }
    if (step.certificate().hasUnsupportedCriticalExtension()) {
      return fault(
          CertificateFault.Kind.CRITICAL_EXTENSION,
          step,
          " has a critical extension that is not understood here");
    }
    return Optional.empty();
  }

  private Optional<CertificateFault> authority(Step step, int authoritiesBelow) {
    X509Certificate certificate = step.certificate();
    // roots from before version 3 have no extensions that could say it
    boolean oldRoot = step.standing() == Standing.ROOT && certificate.getVersion() < 3;
    int pathLength = certificate.getBasicConstraints();
    if (pathLength < 0 && !oldRoot) {
      return fault(
          CertificateFault.Kind.NOT_AN_AUTHORITY,
          step,
          " may not issue certificates: it is not marked as an authority");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[SIGNS_CERTIFICATES]) {
      return fault(
          CertificateFault.Kind.NOT_AN_AUTHORITY,
          step,
          " may not issue certificates: its key usage does not include it");
    }
    if (!oldRoot && pathLength < authoritiesBelow) {
      return fault(
          CertificateFault.Kind.PATH_LENGTH,
          step,
          " may have " + pathLength + " authorities below it, and " + authoritiesBelow + " are");
    }
    return Optional.empty();
  }

  private Optional<CertificateFault> origin(Step step) {
    X509Certificate certificate = step.certificate();
    if (step.standing() == Standing.SENT && certificate.getBasicConstraints() >= 0) {
      return fault(
          CertificateFault.Kind.AUTHORITY_AS_ORIGIN,
          step,
          " is an authority's, made to issue others and not to stand for an origin");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null
        && !usage[DIGITAL_SIGNATURE]
        && !usage[KEY_ENCIPHERMENT]
        && !usage[KEY_AGREEMENT]) {
      return fault(
          CertificateFault.Kind.KEY_USAGE,
          step,
          " is not for TLS: its key usage allows neither signatures nor key exchange");
    }
    return Optional.empty();
  }

  /** In an authority's certificate the usages bound what it issues, as browsers have it. */
  private Optional<CertificateFault> usage(Step step) {
    try {
      List<String> usages = step.certificate().getExtendedKeyUsage();
      if (usages == null || usages.contains(TLS_SERVER) || usages.contains(ANY_USAGE)) {
        return Optional.empty();
      }
    } catch (CertificateParsingException _) {
      return fault(CertificateFault.Kind.UNREADABLE, step, " has usages that cannot be read");
    }
    return fault(
        CertificateFault.Kind.NOT_FOR_SERVERS,
        step,
        " is not for TLS servers: its extended key usage does not include them");
  }

  private Optional<CertificateFault> byTheJdk(ChainSearch.Way way) {
    try {
      PKIXParameters parameters =
          new PKIXParameters(Set.of(new TrustAnchor(way.root().certificate(), null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509").generateCertPath(toValidate(way)),
              parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      return Optional.of(said(way, e));
    } catch (GeneralSecurityException | RuntimeException e) {
      return fault(
          CertificateFault.Kind.INVALID_PATH,
          steps(way).getFirst(),
          " cannot be validated ("
              + CertificateWords.printable(String.valueOf(e.getMessage()))
              + ")");
    }
  }

  /**
   * PKIX takes a root for a name and a key, and leaves its constraints out of account; those count
   * when it also stands in the path, as issued by itself.
   */
  private static List<X509Certificate> toValidate(ChainSearch.Way way) {
    X509Certificate root = way.root().certificate();
    if (root.getExtensionValue(NAME_CONSTRAINTS) == null) {
      return way.certificates();
    }
    List<X509Certificate> path = new ArrayList<>(way.certificates());
    path.add(root);
    return path;
  }

  private CertificateFault said(ChainSearch.Way way, CertPathValidatorException e) {
    int place = Math.max(0, Math.min(e.getIndex(), way.certificates().size() - 1));
    Step step = new Step(way.certificates().get(place), place, Standing.SENT);
    if (e.getReason() == PKIXReason.INVALID_NAME) {
      return new CertificateFault(
          CertificateFault.Kind.NAME_CONSTRAINTS,
          sentence(step, " has names for which its authority may not issue (name constraints)"));
    }
    return new CertificateFault(
        CertificateFault.Kind.INVALID_PATH,
        sentence(
            step,
            " does not lead to a trusted root ("
                + CertificateWords.printable(String.valueOf(e.getMessage()))
                + ")"));
  }

  private Optional<CertificateFault> fault(CertificateFault.Kind kind, Step step, String words) {
    return Optional.of(new CertificateFault(kind, sentence(step, words)));
  }

  private String sentence(Step step, String words) {
    return CertificateWords.subject(host, step.certificate(), step.place())
        + words
        + CertificateWords.details(step.certificate());
  }
}
