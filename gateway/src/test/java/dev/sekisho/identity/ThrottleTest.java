package dev.sekisho.identity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import dev.sekisho.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final IpAddress ATTACKER = ip("10.0.0.1");
  private static final IpAddress OWNER = ip("10.0.0.2");

  private static final int MOST = 20;

  private final ManualTicker ticker = new ManualTicker();
  private final Throttle throttle = new Throttle(ticker);

  static IpAddress ip(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** One attempt that fails when its turn has come; how long that took, or null. */
  private @Nullable Duration fail(IpAddress client, String name) {
    return switch (throttle.turn(client, name, MOST)) {
      case Throttle.Turn.TurnedAway _ -> null;
      case Throttle.Turn.After(long nanos) -> {
        ticker.pass(Duration.ofNanos(nanos));
        throttle.failed(client, name);
        throttle.left(client, name);
        yield Duration.ofNanos(nanos);
      }
    };
  }

  private @Nullable Duration turn(IpAddress client, String name) {
    return switch (throttle.turn(client, name, MOST)) {
      case Throttle.Turn.TurnedAway _ -> null;
      case Throttle.Turn.After(long nanos) -> Duration.ofNanos(nanos);
    };
  }

  @Test
  void aClientThatFailsWaitsTwiceAsLongEachTimeUpToHalfAMinute() {
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      seconds.add(requireNonNull(fail(ATTACKER, "name" + i)).toSeconds());
    }
    assertThat(seconds).containsExactly(0L, 0L, 0L, 0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void attemptsOfOneClientWaitInLineAndWhatWouldWaitLongerIsTurnedAway() {
    for (int i = 0; i < 7; i++) {
      fail(ATTACKER, "ann");
    }
    assertThat(turn(ATTACKER, "bob")).isEqualTo(Duration.ofSeconds(8));
    assertThat(turn(ATTACKER, "bob")).isEqualTo(Duration.ofSeconds(16));
    assertThat(turn(ATTACKER, "bob")).isEqualTo(Duration.ofSeconds(24));
    assertThat(turn(ATTACKER, "bob")).isNull();
    assertThat(turn(OWNER, "bob")).isZero();
  }

  @Test
  void aNameThatIsGuessedByManyIsDelayedByTwoSecondsAndNeverLocked() {
    for (int i = 0; i < 500; i++) {
      fail(ip("10.1." + i / 250 + "." + i % 250), "ann");
    }
    assertThat(turn(OWNER, "ann")).isEqualTo(Duration.ofSeconds(2));
    assertThat(turn(ip("10.0.0.3"), "ann")).as("nobody queues").isEqualTo(Duration.ofSeconds(2));
    assertThat(turn(ip("10.0.0.4"), "bob")).isZero();
  }

  @Test
  void oneClientsFailuresDelayAnotherBySecondsAtMost() {
    for (int i = 0; i < 30; i++) {
      fail(ATTACKER, "ann");
    }
    assertThat(turn(OWNER, "ann")).isLessThanOrEqualTo(Throttle.LONGEST_FOR_A_NAME);
  }

  @Test
  void failuresAreForgivenOneAMinute() {
    for (int i = 0; i < 5; i++) {
      fail(ATTACKER, "ann");
    }
    ticker.pass(Duration.ofMinutes(2));
    assertThat(fail(ATTACKER, "ann")).isZero();
    assertThat(requireNonNull(fail(ATTACKER, "ann")).toSeconds()).isEqualTo(1);
    ticker.pass(Duration.ofHours(1));
    assertThat(turn(ATTACKER, "ann")).isZero();
  }

  @Test
  void oneNameHasAFewAttemptsOfAClientUnderWayAtMost() {
    for (int i = 0; i < Throttle.AT_ONCE; i++) {
      assertThat(turn(ATTACKER, "ann")).isZero();
    }
    assertThat(turn(ATTACKER, "ann")).isNull();
    assertThat(turn(OWNER, "ann")).isZero();
    throttle.left(ATTACKER, "ann");
    assertThat(turn(ATTACKER, "ann")).isZero();
  }

  @Test
  void manyUsersBehindOneAddressMayComeAtOnceUpToTheLimit() {
    for (int i = 0; i < MOST; i++) {
      assertThat(turn(OWNER, "user" + i)).isZero();
    }
    assertThat(turn(OWNER, "one more")).isNull();
    throttle.left(OWNER, "user7");
    assertThat(turn(OWNER, "one more")).isZero();
  }

  @Test
  void aClientThatFailedHasAFewAttemptsUnderWayWhateverTheNames() {
    for (int i = 0; i <= Throttle.FREE; i++) {
      fail(ATTACKER, "guess" + i);
    }
    // So that it is not the spacing that turns the ninth away.
    ticker.pass(Duration.ofSeconds(30));
    for (int i = 0; i < Throttle.AT_ONCE; i++) {
      assertThat(turn(ATTACKER, "name" + i)).isNotNull();
    }
    assertThat(turn(ATTACKER, "another")).isNull();
    assertThat(turn(OWNER, "another")).isZero();
  }

  @Test
  void anIpv6ClientIsItsWholeNetwork() {
    for (int i = 1; i < 6; i++) {
      fail(ip("2001:db8::" + i), "name" + i);
    }
    assertThat(requireNonNull(turn(ip("2001:db8::99"), "ann")).toSeconds()).isEqualTo(2);
    assertThat(turn(ip("2001:db8:0:1::99"), "ann")).isZero();
  }
}
