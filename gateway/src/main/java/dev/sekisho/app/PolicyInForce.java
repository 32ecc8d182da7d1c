package dev.sekisho.app;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.policy.Facts;
import dev.sekisho.policy.Policy;
import dev.sekisho.policy.PolicyConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy that new exchanges are decided by. Replaced as a whole; exchanges under way keep the
 * one they began with. A policy that does not compile never takes the place of one that did.
 */
final class PolicyInForce implements Supplier<Policy> {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyInForce.class);

  private final Path state;
  private volatile Policy policy;
  private volatile PolicyConfig config;
  private volatile IdentityConfig identity;

  PolicyInForce(Configuration configuration, Policy policy, Path state) {
    this.config = configuration.policy();
    this.identity = configuration.identity();
    this.policy = policy;
    this.state = state;
  }

  @Override
  public Policy get() {
    return policy;
  }

  PolicyConfig config() {
    return config;
  }

  /**
   * Compiles, with the warnings of rules that cannot work with these users, or without any.
   *
   * @param identity the users who can be asked for
   */
  static Optional<Policy> compile(
      PolicyConfig config, IdentityConfig identity, Path state, Problems problems) {
    Optional<Policy> compiled = config.compile(state, problems);
    compiled.ifPresent(policy -> {
      switch (identity) {
        case IdentityConfig.Nobody _ ->
            policy.warn(
                "without the section 'identity', for nobody is asked who they are",
                Set.of(Facts.Group.WHO),
                problems);
        case IdentityConfig.Asked asked ->
            policy.warnOfStrangers(asked.users().names(), asked.users().groups(), problems);
      }
    });
    return compiled;
  }

  /** What became of a new policy. */
  enum Replaced {
    BY_THE_NEW,
    /** It has errors. */
    NOT
  }

  /** Puts a new configuration's policy in force, or leaves the old one and says why. */
  synchronized Replaced replace(PolicyConfig next, IdentityConfig users) {
    Problems problems = new Problems();
    Optional<Policy> compiled = compile(next, users, state, problems);
    say(problems);
    if (compiled.isEmpty()) {
      return Replaced.NOT;
    }
    config = next;
    identity = users;
    policy = compiled.get();
    LOG.info(
        "A new policy is in force: {}, then {}.",
        new Count(policy.size(), "rule").text(),
        policy.defaultAction());
    return Replaced.BY_THE_NEW;
  }

  /** The lists have changed: the same rules over the new lists. */
  void recompile() {
    if (replace(config, identity) == Replaced.NOT) {
      LOG.error("The new lists cannot be used and were not taken; those before stay in force.");
    }
  }

  /** For the log, what {@code check} would print. */
  static void say(Problems problems) {
    for (Problem problem : problems.all()) {
      switch (problem.severity()) {
        case ERROR -> LOG.error("{}", problem);
        case WARNING -> LOG.warn("{}", problem);
      }
    }
  }
}
