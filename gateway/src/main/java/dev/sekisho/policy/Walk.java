package dev.sekisho.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The walk down the list of rules: a false one is passed, a true one ends it, an unknown one is set
 * aside. At its end either the rule that ended it decides, because nothing set aside could have
 * decided otherwise, or something has to be learnt first.
 *
 * <p>The order of learning is the first set-aside rule's, with two exceptions, because what cannot
 * be taken back comes last. The response is learnt by letting the request go: while any rule set
 * aside still misses something that can be learnt before, that comes first. And who asks can be
 * asked for at the CONNECT alone: once TLS is opened it is too late. So while the request is still
 * inside TLS and any rule set aside misses who asks, that comes before the request and the
 * response.
 */
final class Walk {
  private @Nullable Rule first;
  private int firstMissing;
  private @Nullable Rule firstBeforeResponse;
  private int missingBeforeResponse;
  private @Nullable Rule firstWho;
  private Agreement agreement = Agreement.NOTHING_ASIDE;
  private List<String> observed = List.of();

  /** Whether the rules set aside would all do the same. */
  private enum Agreement {
    NOTHING_ASIDE,
    SAME,
    DIFFERENT
  }

  /** What a rule is to the walk. */
  enum Step {
    PASSED,
    SET_ASIDE,
    ENDED,
    OBSERVED
  }

  /** Begins another walk. */
  Walk begin() {
    first = null;
    firstMissing = 0;
    firstBeforeResponse = null;
    missingBeforeResponse = 0;
    firstWho = null;
    agreement = Agreement.NOTHING_ASIDE;
    observed = List.of();
    return this;
  }

  Step step(Rule rule, Truth truth) {
    return switch (rule.force()) {
      case OBSERVES -> {
        if (!rule.holds(truth)) {
          yield Step.PASSED;
        }
        observed = observed.isEmpty() ? new ArrayList<>(1) : observed;
        observed.add(rule.name() + ": " + rule.outcome().action());
        yield Step.OBSERVED;
      }
      case DECIDES -> {
        if (rule.holds(truth)) {
          yield Step.ENDED;
        }
        if (truth.kind() != Truth.Kind.UNKNOWN) {
          yield Step.PASSED;
        }
        setAside(rule, truth.mask());
        yield Step.SET_ASIDE;
      }
    };
  }

  private void setAside(Rule rule, int missing) {
    if (first == null) {
      first = rule;
      firstMissing = missing;
      agreement = Agreement.SAME;
    } else if (!first.outcome().equals(rule.outcome())) {
      agreement = Agreement.DIFFERENT;
    }
    int before = missing & ~Truth.bit(Facts.Group.RESPONSE);
    if (firstBeforeResponse == null && before != 0) {
      firstBeforeResponse = rule;
      missingBeforeResponse = before;
    }
    if (firstWho == null && (missing & Truth.bit(Facts.Group.WHO)) != 0) {
      firstWho = rule;
    }
  }

  /** The decision, given the rule that ended the walk (the default at the latest). */
  Decision end(Rule ended, Policy policy, Seen seen) {
    Rule aside = first;
    boolean decided =
        aside == null || (agreement == Agreement.SAME && aside.outcome().equals(ended.outcome()));
    if (aside == null || decided) {
      Why why = new Why(policy, ended, seen);
      return switch (ended.outcome()) {
        case Outcome.Allows allows ->
            new Decision.Allow(why, allows.obligations(), List.copyOf(observed));
        case Outcome.Denies _ -> new Decision.Deny(why, List.copyOf(observed));
      };
    }
    Facts.Group need = Truth.earliest(firstMissing);
    Rule early = firstBeforeResponse;
    if (need == Facts.Group.RESPONSE && early != null) {
      aside = early;
      need = Truth.earliest(missingBeforeResponse);
    }
    Rule who = firstWho;
    boolean throughTls = need == Facts.Group.REQUEST || need == Facts.Group.RESPONSE;
    if (who != null && throughTls && seen.request == Facts.State.UNKNOWN) {
      aside = who;
      need = Facts.Group.WHO;
    }
    return new Decision.Learn(new Why(policy, aside, seen), need, List.copyOf(observed));
  }
}
