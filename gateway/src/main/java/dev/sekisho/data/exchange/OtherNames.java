package dev.sekisho.data.exchange;

import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.policy.Decision;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Policy;
import dev.sekisho.policy.Seal;
import java.util.Optional;

/**
 * The other names that a client gives on the way to what it asks for: of the CONNECT, and in TLS.
 * Each has to be allowed, or one that is could be shown to have another let through.
 */
final class OtherNames {
  private OtherNames() {}

  /** The refusal of a request because of another name it came under. */
  static Optional<Ending.Denied> ofRequest(Policy policy, Known known) {
    for (Authority other : known.alsoNamed()) {
      Decision decision = policy.decide(known.asIfFor(other));
      if (!(decision instanceof Decision.Allow)) {
        String reason = "The connection is for " + other + " too: " + decision.reason();
        return Optional.of(new Ending.Denied(decision.rule(), reason));
      }
    }
    return Optional.empty();
  }

  /** What the name in TLS means for a CONNECT that was for another. */
  sealed interface Named {
    /** Requests inside are decided for it too. */
    record Fine() implements Named {}

    /** Requests inside are refused. */
    record Denied(Ending.Denied denial) implements Named {}

    /**
     * It must not be opened for that name, and must not go on closed for the other: nobody knows
     * that it is that name's.
     */
    record Neither(Ending.Denied denial) implements Named {}

    Named FINE = new Fine();
  }

  static Named inTls(Policy policy, Known known, Host name, int port) {
    if (name.equals(known.facts().host())) {
      return Named.FINE;
    }
    Facts facts = known.asIfLineTo(new Authority(name, port));
    return switch (policy.seal(facts)) {
      case Seal.Sealed(String rule) -> neither(rule, name, known);
      case Seal.Learn learn -> neither(learn.rule(), name, known);
      case Seal.Open _ -> decided(policy, facts, name);
    };
  }

  private static Named neither(String rule, Host name, Known known) {
    return new Named.Neither(
        new Ending.Denied(
            rule,
            "TLS is for "
                + name.text()
                + ", which is never opened, but the CONNECT was for "
                + known.facts().host().text()
                + "."));
  }

  private static Named decided(Policy policy, Facts facts, Host name) {
    return policy.decide(facts) instanceof Decision.Deny deny
        ? new Named.Denied(
            new Ending.Denied(deny.rule(), "TLS is for " + name.text() + ": " + deny.reason()))
        : Named.FINE;
  }
}
