package dev.sekisho.data.exchange;

import dev.sekisho.net.AddressClass;
import dev.sekisho.net.Authority;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of an origin's addresses may be dialled: those that anybody may reach; where a name has
 * some of these, its other addresses are left alone. Special-purpose addresses are dialled only
 * where the rule that allows the exchange names each of them. The gateway and {@code sekisho
 * explain} both ask here.
 *
 * @param addresses what remains, and what policy is told; never empty
 */
public record AddressCheck(List<IpAddress> addresses, Reach reach) {
  /** What refuses, in place of a rule's name. */
  public static final String RULE = "special-purpose addresses";

  /** Who may reach what remains. */
  public enum Reach {
    ANYBODY,
    /** Every one is special-purpose: policy is asked again, now with the addresses. */
    WHERE_NAMED
  }

  /**
   * @param known everything the name resolves to, or the address that was asked for; not empty
   */
  public static AddressCheck of(List<IpAddress> known) {
    List<IpAddress> global = new ArrayList<>(known.size());
    for (IpAddress address : known) {
      if (AddressClass.of(address) == AddressClass.GLOBAL) {
        global.add(address);
      }
    }
    return global.isEmpty()
        ? new AddressCheck(known, Reach.WHERE_NAMED)
        : new AddressCheck(global, Reach.ANYBODY);
  }

  /**
   * The refusal of what policy would let go, if there is one: of any host that the client named on
   * the way.
   */
  Optional<Ending.Denied> refusal(Policy policy, Known known) {
    Optional<Ending.Denied> refusal = refusal(policy, known.facts(), known.facts().host());
    for (Authority other : known.alsoNamed()) {
      refusal = refusal.or(() -> refusal(policy, known.asIfFor(other), other.host()));
    }
    return refusal;
  }

  /**
   * The refusal of what policy would let go, if there is one.
   *
   * @param facts with these addresses
   */
  public Optional<Ending.Denied> refusal(Policy policy, Facts facts, Host asked) {
    return switch (reach) {
      case ANYBODY -> Optional.empty();
      case WHERE_NAMED -> unlessNamed(policy, facts, asked);
    };
  }

  private Optional<Ending.Denied> unlessNamed(Policy policy, Facts facts, Host asked) {
    for (IpAddress address : addresses) {
      if (!policy.namesAddress(facts, address)) {
        return Optional.of(
            new Ending.Denied(
                RULE,
                "The address of "
                    + asked.text()
                    + " is not for the internet ("
                    + AddressClass.of(address).word()
                    + "), and the rule that would allow it does not name it."));
      }
    }
    return Optional.empty();
  }
}
