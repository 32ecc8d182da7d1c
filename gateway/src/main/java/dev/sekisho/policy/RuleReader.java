package dev.sekisho.policy;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the rules of {@code policy} and of {@code inspect.never}. */
final class RuleReader {
  private static final String DEFAULT = "default";

  private final Problems problems;
  private final Obligations.Scan scan;
  private final Map<String, Mark> names = new HashMap<>();

  RuleReader(Problems problems, Obligations.Scan scan) {
    this.problems = problems;
    this.scan = scan;
  }

  private enum Action {
    ALLOW,
    DENY
  }

  /** The configured rules in order and the default behind them. */
  List<Rule> rules(Section policy, ConditionReader conditions) {
    Action otherwise = policy.choice("default", Action.class, Action.DENY);
    if (otherwise == Action.ALLOW) {
      problems.warning(
          policy.markOf("default"),
          "default: allow lets through whatever no rule speaks of; deny is the safe default.");
    }
    List<Rule> rules = new ArrayList<>();
    for (Section section : policy.sections("rules")) {
      rules.add(rule(rules.size(), section, conditions));
    }
    if (!problems.hasErrors()) {
      // a rule that lost a condition to a mistake would look as if it had none
      PolicyWarnings.unreachable(rules, problems);
    }
    Outcome last =
        otherwise == Action.ALLOW
            ? new Outcome.Allows(new Obligations(scan, Obligations.Log.URL))
            : new Outcome.Denies();
    rules.add(
        new Rule(
            rules.size(),
            DEFAULT,
            policy.markOf("default"),
            Rule.Force.DECIDES,
            last,
            Condition.All.NOTHING));
    return rules;
  }

  List<Rule> never(Section inspect, ConditionReader conditions) {
    List<Rule> rules = new ArrayList<>();
    for (Section section : inspect.sections("never")) {
      String name = name(section);
      List<Condition> all = conditions.rule(section);
      section.end();
      if (all.isEmpty() && !problems.hasErrors()) {
        problems.error(section.mark(), section.name() + " has no condition.");
      }
      rules.add(
          new Rule(
              rules.size(),
              name,
              section.mark(),
              Rule.Force.DECIDES,
              new Outcome.Denies(),
              new Condition.All(List.copyOf(all))));
    }
    return rules;
  }

  private Rule rule(int number, Section section, ConditionReader conditions) {
    String name = name(section);
    Condition.All condition = new Condition.All(List.copyOf(conditions.rule(section)));
    Outcome outcome = outcome(section);
    Rule.Force force = section.flag("observe", false) ? Rule.Force.OBSERVES : Rule.Force.DECIDES;
    section.end();
    if (outcome instanceof Outcome.Allows && condition.onlyResponse()) {
      problems.error(
          section.mark(),
          "the rule '"
              + name
              + "' looks at nothing but the response, so it would let every request go to "
              + "find out; say also where to, or who.");
    }
    return new Rule(number, name, section.mark(), force, outcome, condition);
  }

  private String name(Section section) {
    Optional<String> given = section.text("name");
    if (given.isEmpty() || given.get().isBlank()) {
      problems.error(
          section.mark(),
          section.name() + " needs a name: the journal and the refusal page call it by that.");
      return section.name();
    }
    String name = given.get();
    if (name.equals(DEFAULT)
        || name.chars().anyMatch(Character::isISOControl)
        || name.length() > 100) {
      problems.error(
          section.markOf("name"),
          "a rule's name is one line of at most 100 characters, and not 'default'.");
    }
    Mark before = names.putIfAbsent(name, section.mark());
    if (before != null) {
      problems.error(
          section.markOf("name"),
          "there is another rule '" + name + "' at " + before + "; names must differ.");
    }
    return name;
  }

  private Outcome outcome(Section section) {
    if (section.node("action").isEmpty()) {
      problems.error(section.mark(), section.name() + " needs action: allow or deny.");
    }
    Action action = section.choice("action", Action.class, Action.DENY);
    boolean obliges = section.has("scan") | section.has("log") | section.has("deliver");
    return switch (action) {
      case ALLOW -> new Outcome.Allows(obligations(section));
      case DENY -> {
        if (obliges) {
          problems.error(
              section.mark(),
              "scan, log and deliver say what an allowed exchange is obliged to; '"
                  + section.name()
                  + "' denies.");
        }
        yield new Outcome.Denies();
      }
    };
  }

  private Obligations obligations(Section section) {
    Obligations.Scan scanned = section.choice("scan", Obligations.Scan.class, scan);
    return new Obligations(
        scanned,
        section.choice("log", Obligations.Log.class, Obligations.DEFAULT.log()),
        deliver(section, scanned));
  }

  private Optional<Obligations.Deliver> deliver(Section section, Obligations.Scan scanned) {
    if (section.node("deliver").isEmpty()) {
      return Optional.empty();
    }
    if (scanned == Obligations.Scan.NONE) {
      problems.error(
          section.markOf("deliver"),
          "deliver says how what is scanned reaches its client, and '"
              + section.name()
              + "' has nothing scanned; write scan: all, or leave deliver out.");
    }
    return Optional.of(
        section.choice("deliver", Obligations.Deliver.class, Obligations.Deliver.AUTO));
  }
}
