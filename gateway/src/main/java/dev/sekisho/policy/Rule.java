package dev.sekisho.policy;

import dev.sekisho.config.Mark;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.list.NameHash;

/**
 * One line of policy.
 *
 * @param number its place in the list, counted from zero
 */
record Rule(
    int number, String name, Mark mark, Force force, Outcome outcome, Condition.All condition) {
  enum Force {
    DECIDES,
    /** {@code observe: true}: tells what it would have done. */
    OBSERVES
  }

  /**
   * An evaluation that fails is unknowable: a defect in one condition must neither open the gate
   * nor stop it.
   */
  Truth test(View view) {
    return test(condition, view);
  }

  /** Asks only the conditions that are still open, when the others are known to be true. */
  Truth test(Condition.All open, View view) {
    try {
      return open.test(view, outcome.sense());
    } catch (RuntimeException _) {
      return Truth.UNKNOWABLE;
    }
  }

  boolean holds(Truth truth) {
    return outcome.sense().holds(truth);
  }

  boolean unconditional() {
    return condition.conditions().isEmpty();
  }

  /**
   * Whether the rule names the address: in the ranges of {@code to.address}, or as the very host
   * that was asked for.
   */
  boolean names(NameHash hash, Host host, IpAddress address) {
    for (Condition one : condition.conditions()) {
      if (one instanceof AddressLeaf leaf && leaf.naming().contains(address)) {
        return true;
      }
      if (one instanceof HostLeaf leaf
          && host.equals(address)
          && leaf.table().hasLiteral(hash, address)) {
        return true;
      }
    }
    return false;
  }
}
