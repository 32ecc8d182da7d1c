package dev.sekisho.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Policies written as an operator writes them, and facts in one line. */
final class PolicyFixture {
  /** Wednesday, 25 November 2026, 09:30 UTC. */
  static final long WEDNESDAY_MORNING = 1_795_599_000_000_000L;

  private static final Path NOWHERE = Path.of("no-such-folder");

  private PolicyFixture() {}

  /** A policy without lists, from the whole configuration. */
  static Policy policy(String yaml) {
    return policy(yaml, NOWHERE, NOWHERE);
  }

  static Policy policy(String yaml, Path folder, Path state) {
    Problems problems = new Problems();
    Optional<Policy> policy = compile(yaml, folder, state, problems);
    assertThat(errors(problems)).as(yaml).isEmpty();
    return policy.orElseThrow();
  }

  /** A policy of these rules, each line one in YAML's flow style. */
  static Policy rules(String... rules) {
    StringBuilder yaml = new StringBuilder("policy:\n  rules:\n");
    for (String rule : rules) {
      yaml.append("    - ").append(rule).append('\n');
    }
    return policy(yaml.toString());
  }

  /** Every problem of a configuration, as an operator reads it. */
  static List<String> problems(String yaml) {
    Problems problems = new Problems();
    compile(yaml, NOWHERE, NOWHERE, problems);
    return problems.all().stream().map(Problem::toString).toList();
  }

  static Optional<Policy> compile(String yaml, Path folder, Path state, Problems problems) {
    Node.Mapping mapping =
        YamlFile.parse("sekisho.yaml", yaml, problems)
            .orElse(
                new Node.Mapping(
                    Mark.file("sekisho.yaml"), java.util.Map.of(), java.util.Map.of()));
    Section root = new Section("the file", mapping, problems);
    PolicyConfig config = PolicyConfig.read(root, folder, Obligations.Scan.ALL);
    root.end();
    return problems.hasErrors() ? Optional.empty() : config.compile(state, problems);
  }

  static List<Problem> errors(Problems problems) {
    return problems.all().stream().filter(p -> p.severity() == Problem.Severity.ERROR).toList();
  }

  /** Facts of a client at 10.1.2.3 that asks for a host, with nothing else known. */
  static Facts facts(String host, int port) {
    return new Facts(ip("10.1.2.3"), WEDNESDAY_MORNING, host(host), port);
  }

  static Facts facts(String host) {
    return facts(host, 443);
  }

  /** A plain request: everything before the response is known but who asks. */
  static Facts request(String host, String method, String path) {
    Facts facts = facts(host, 80);
    facts.request("http", "http", method, path, null);
    return facts;
  }

  static Facts by(Facts facts, String user, String... groups) {
    facts.who(user, Set.of(groups));
    return facts;
  }

  static IpAddress ip(String text) {
    try {
      return IpAddress.parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static Host host(String text) {
    try {
      return Host.parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** The decision in a word, with the rule or the need. */
  static String said(Decision decision) {
    return switch (decision) {
      case Decision.Allow allow -> "allow by " + allow.rule();
      case Decision.Deny deny -> "deny by " + deny.rule();
      case Decision.Learn learn -> "learn " + learn.need() + " for " + learn.rule();
    };
  }
}
