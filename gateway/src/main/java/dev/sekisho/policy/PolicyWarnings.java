package dev.sekisho.policy;

import dev.sekisho.config.Problems;
import dev.sekisho.config.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds rules that are written well and yet cannot do what was meant. */
final class PolicyWarnings {
  private PolicyWarnings() {}

  /** A rule behind one without conditions. */
  static void unreachable(List<Rule> rules, Problems problems) {
    Rule all = null;
    for (Rule rule : rules) {
      if (all != null) {
        problems.warning(
            rule.mark(),
            "the rule '"
                + rule.name()
                + "' is never reached: '"
                + all.name()
                + "' at "
                + all.mark()
                + " has no condition and decides everything before it.");
      } else if (rule.unconditional() && rule.force() == Rule.Force.DECIDES) {
        all = rule;
      }
    }
  }

  static void unknowable(
      List<Rule> rules, String where, Set<Facts.Group> unknowable, Problems problems) {
    for (Rule rule : rules) {
      List<String> fields = fields(rule.condition(), unknowable);
      if (fields.isEmpty()) {
        continue;
      }
      String what = String.join(", ", fields) + " cannot be known " + where;
      String consequence =
          switch (rule.outcome()) {
            case Outcome.Allows _ ->
                "so the rule '" + rule.name() + "' cannot allow anything there";
            case Outcome.Denies _ ->
                "which counts as true in a deny rule: '"
                    + rule.name()
                    + "' refuses whatever its other conditions match";
          };
      problems.warning(rule.mark(), what + ", " + consequence + ".");
    }
  }

  static void unknowableNever(
      List<Rule> rules, String where, Set<Facts.Group> unknowable, Problems problems) {
    for (Rule rule : rules) {
      List<String> fields = fields(rule.condition(), unknowable);
      if (!fields.isEmpty()) {
        problems.warning(
            rule.mark(),
            String.join(", ", fields)
                + " cannot be known "
                + where
                + ", so '"
                + rule.name()
                + "' keeps sealed whatever its other conditions match.");
      }
    }
  }

  static void strangers(
      List<Rule> rules, Set<String> users, Set<String> groups, Problems problems) {
    for (Rule rule : rules) {
      for (Condition condition : leaves(rule.condition())) {
        switch (condition) {
          case UserLeaf leaf ->
              new TreeSet<>(leaf.users())
                  .forEach(name -> stranger(rule, "user", name, users, problems));
          case GroupLeaf leaf ->
              leaf.groupNames().forEach(name -> stranger(rule, "group", name, groups, problems));
          case Condition _ -> {
            // asks for nobody
          }
        }
      }
    }
  }

  private static void stranger(
      Rule rule, String kind, String name, Set<String> known, Problems problems) {
    if (!known.contains(name)) {
      String hint =
          Spelling.nearest(name, known).map(near -> " Did you mean '" + near + "'?").orElse("");
      problems.warning(
          rule.mark(),
          "the rule '"
              + rule.name()
              + "' asks for the "
              + kind
              + " '"
              + name
              + "', which identity's "
              + kind
              + "s do not have."
              + hint);
    }
  }

  private static List<Condition> leaves(Condition condition) {
    return switch (condition) {
      case Condition.All all ->
          all.conditions().stream().flatMap(one -> leaves(one).stream()).toList();
      case Condition.Not not -> leaves(not.condition());
      case Leaf leaf -> List.of(leaf);
    };
  }

  private static List<String> fields(Condition condition, Set<Facts.Group> unknowable) {
    return switch (condition) {
      case Condition.All all -> {
        List<String> fields = new ArrayList<>();
        all.conditions().forEach(one -> fields.addAll(fields(one, unknowable)));
        yield fields;
      }
      case Condition.Not not -> fields(not.condition(), unknowable);
      case WhenLeaf when ->
          when.names().stream()
              .filter(name -> name.group().isPresent() && unknowable.contains(name.group().get()))
              .map(CelNames::text)
              .collect(Collectors.toList());
      case Leaf leaf ->
          unknowable.stream().anyMatch(group -> (leaf.groups() & Truth.bit(group)) != 0)
              ? List.of(leaf.field())
              : List.of();
    };
  }
}
