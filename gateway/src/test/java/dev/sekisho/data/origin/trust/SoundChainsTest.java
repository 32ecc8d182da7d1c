package dev.sekisho.data.origin.trust;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.origin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.DomainName;
import dev.sekisho.testing.CertificateWorkshop.Made;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One certificate for many names: its way to a root is looked for once, its names each time. */
class SoundChainsTest {
  private static final Made ROOT = authority("Test Root").selfSigned();
  private static final Made MIDDLE = authority("Test Middle").signedBy(ROOT);
  private static final Made LEAF =
      origin("one.example", "two.example")
          .issuerAt("http://issuer.example/middle.der")
          .signedBy(MIDDLE);

  private final AtomicInteger ways = new AtomicInteger();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  /** Each way that is looked for needs the intermediate that the origin leaves out. */
  private final CertificateCheck check =
      new CertificateCheck(
          Roots.only(List.of(ROOT.certificate())),
          Set::of,
          _ -> {
            ways.incrementAndGet();
            return List.of(MIDDLE.certificate());
          },
          now::get);

  private CertificateCheck.Result of(String host) {
    return check.check(List.of(LEAF.certificate()), new DomainName(host));
  }

  @Test
  void theWayIsLookedForOnce() {
    CertificateCheck.Result first = of("one.example");
    assertThat(first).isInstanceOf(CertificateCheck.Result.Sound.class);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(1)));
    assertThat(of("two.example"))
        .isInstanceOfSatisfying(
            CertificateCheck.Result.Sound.class,
            sound -> assertThat(sound.until()).isEqualTo(first.until()));
    assertThat(ways).hasValue(1);
  }

  @Test
  void aNameThatIsNotInItIsRefusedAllTheSame() {
    assertThat(of("one.example")).isInstanceOf(CertificateCheck.Result.Sound.class);
    assertThat(of("three.example"))
        .isInstanceOfSatisfying(
            CertificateCheck.Result.Refused.class,
            refused -> assertThat(refused.fault().sentence()).contains("three.example"));
    assertThat(ways).hasValue(1);
  }

  @Test
  void itIsLookedForAgainAfterAWhileAndWhenItIsForgotten() {
    of("one.example");
    check.forget();
    of("two.example");
    assertThat(ways).hasValue(2);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(6)));
    of("one.example");
    assertThat(ways).hasValue(3);
  }
}
