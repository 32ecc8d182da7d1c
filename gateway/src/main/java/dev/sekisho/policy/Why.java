package dev.sekisho.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * The reason of a decision: the rule, and the facts as they were. Making one costs two small
 * objects; the sentence is worked out when somebody reads it, by asking the rule's conditions again
 * about the same facts.
 */
public final class Why {
  private final Policy policy;
  private final Rule rule;
  private final Seen seen;

  Why(Policy policy, Rule rule, Seen seen) {
    this.policy = policy;
    this.rule = rule;
    this.seen = seen;
  }

  String rule() {
    return rule.name();
  }

  Rule deciding() {
    return rule;
  }

  String sentence(Decision decision) {
    return switch (decision) {
      case Decision.Allow _ -> subject() + " allows it" + because() + ".";
      case Decision.Deny _ -> subject() + " refuses it" + because() + ".";
      case Decision.Learn learn ->
          subject() + " cannot be decided before " + Needs.phrase(learn.need()) + ".";
    };
  }

  private String subject() {
    return rule == policy.otherwise()
        ? "No rule holds for " + target() + ", so the default"
        : "The rule '" + rule.name() + "'";
  }

  private String target() {
    return (seen.hostText.indexOf(':') >= 0 ? "[" + seen.hostText + "]" : seen.hostText)
        + ":"
        + seen.port;
  }

  private String because() {
    List<String> parts = new ArrayList<>();
    View view = policy.view(seen);
    for (Condition condition : rule.condition().conditions()) {
      parts.add(phrase(condition, view, rule.outcome().sense()));
    }
    return parts.isEmpty() ? "" : ": " + String.join("; ", parts);
  }

  private static String phrase(Condition condition, View view, Sense sense) {
    return switch (condition) {
      case Leaf leaf -> leafPhrase(leaf, leaf.test(view, sense), view.seen());
      case Condition.Not not -> "not (" + phrase(not.condition(), view, sense.turned()) + ")";
      case Condition.All all ->
          String.join(
              "; ", all.conditions().stream().map(one -> phrase(one, view, sense)).toList());
    };
  }

  private static String leafPhrase(Leaf leaf, Truth truth, Seen seen) {
    return switch (truth.kind()) {
      case TRUE -> leaf.field() + " is " + matched(leaf, seen);
      case FALSE -> leaf.field() + " is not " + matched(leaf, seen);
      case UNKNOWN -> leaf.field() + " is not known yet";
      case UNKNOWABLE -> leaf.field() + " cannot be known here, which counts against the request";
    };
  }

  private static String matched(Leaf leaf, Seen seen) {
    String value = leaf.value(seen);
    return value.isEmpty() || value.equals(leaf.expected())
        ? leaf.expected()
        : leaf.expected() + " (" + value + ")";
  }
}
