package dev.sekisho.data.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.data.origin.trust.CertificateFault.Kind;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.testing.TlsOrigin;
import dev.sekisho.testing.UnsoundCertificates;
import dev.sekisho.testing.UnsoundCertificates.Unsound;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault by itself, over real TLS: the origin may not get one byte of a request, and the owner
 * hears what is wrong in a sentence of its own.
 */
class CertificateFaultsTest {
  private static TlsVisitor visitor;

  @BeforeAll
  static void begin() throws Exception {
    CertificateCheck check =
        TlsVisitor.check(UnsoundCertificates.roots(), UnsoundCertificates.own());
    visitor = new TlsVisitor(OriginTlsConfig.usual(), check, TlsToOrigins.Library.NATIVE);
  }

  @AfterAll
  static void end() {
    visitor.close();
  }

  @ParameterizedTest
  @MethodSource("dev.sekisho.testing.UnsoundCertificates#all")
  void refusesItBeforeTheFirstByteAndSaysWhatIsWrong(Unsound bad) throws Exception {
    try (TlsOrigin origin =
        new TlsOrigin(bad.chain(), bad.shown().getFirst().key(), TlsOrigin.Manner.USUAL)) {
      TlsVisitor.Outcome outcome = visitor.visit(bad.host(), origin.port());
      assertThat(outcome.secured()).isInstanceOf(OriginTls.Secured.Failed.class);
      Failure failure = ((OriginTls.Secured.Failed) outcome.secured()).failure();
      assertThat(failure.detail()).contains(bad.words()).endsWith(".");
      assertThat(failure.kind()).isEqualTo(Failure.Kind.CERTIFICATE_REFUSED);
      assertThat(failure.side()).isEqualTo(Failure.Side.ORIGIN);
      assertThat(kind(bad)).isEqualTo(bad.kind());
      assertThat(origin.visit().bytes()).isZero();
      assertThat(origin.bytes()).isZero();
    }
  }

  private static Kind kind(Unsound bad) throws Exception {
    Host host = bad.host().contains(":") ? IpAddress.parse(bad.host()) : Host.parse(bad.host());
    CertificateCheck check =
        TlsVisitor.check(UnsoundCertificates.roots(), UnsoundCertificates.own());
    return switch (check.check(bad.chain(), host)) {
      case CertificateCheck.Result.Sound _ -> throw new AssertionError("sound");
      case CertificateCheck.Result.Refused(var fault, var _) -> fault.kind();
    };
  }

  @Test
  void knowsAtLeastThirtyFaultsAndHasASentenceForEach() {
    assertThat(UnsoundCertificates.all()).hasSizeGreaterThanOrEqualTo(30);
    Set<Kind> kinds = new HashSet<>();
    UnsoundCertificates.all().forEach(bad -> kinds.add(bad.kind()));
    assertThat(kinds).hasSizeGreaterThanOrEqualTo(20);
  }
}
