package dev.sekisho.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells a walk: the same rules, the same conditions and the same {@link Walk} as a decision,
 * without the index.
 */
final class Explainer {
  private final Policy policy;
  private final View view;
  private final Seal seal;

  Explainer(Policy policy, View view, Seal seal) {
    this.policy = policy;
    this.view = view;
    this.seal = seal;
  }

  Explanation explain() {
    List<Explanation.Step> steps = new ArrayList<>();
    Walk walk = new Walk();
    Rule ended = null;
    for (Rule rule : policy.rules()) {
      Truth truth = rule.test(view);
      Explanation.Fate fate = Explanation.Fate.NOT_REACHED;
      if (ended == null) {
        Walk.Step step = walk.step(rule, truth);
        fate = fate(step);
        ended = step == Walk.Step.ENDED ? rule : null;
      }
      List<Explanation.Part> parts = new ArrayList<>();
      rule.condition()
          .conditions()
          .forEach(condition -> parts(condition, rule.outcome().sense(), 0, parts));
      steps.add(new Explanation.Step(rule.name(), rule.outcome().action(), fate, truth, parts));
    }
    if (ended == null) {
      throw new IllegalStateException("the default ends every walk");
    }
    return new Explanation(
        Policy.afterSeal(walk.end(ended, policy, view.seen()), seal, policy, view.seen()),
        seal,
        steps);
  }

  private static Explanation.Fate fate(Walk.Step step) {
    return switch (step) {
      case PASSED -> Explanation.Fate.PASSED;
      case SET_ASIDE -> Explanation.Fate.SET_ASIDE;
      case ENDED -> Explanation.Fate.ENDED;
      case OBSERVED -> Explanation.Fate.OBSERVED;
    };
  }

  private void parts(Condition condition, Sense sense, int depth, List<Explanation.Part> into) {
    switch (condition) {
      case Condition.All all -> all.conditions().forEach(one -> parts(one, sense, depth, into));
      case Condition.Not not -> {
        into.add(new Explanation.Part(depth, "not", not.test(view, sense), ""));
        parts(not.condition(), sense.turned(), depth + 1, into);
      }
      case Leaf leaf -> {
        Truth truth = leaf.test(view, sense);
        boolean told = truth.kind() == Truth.Kind.TRUE || truth.kind() == Truth.Kind.FALSE;
        into.add(
            new Explanation.Part(
                depth,
                leaf.field() + " " + leaf.expected(),
                truth,
                told ? leaf.value(view.seen()) : ""));
      }
    }
  }
}
