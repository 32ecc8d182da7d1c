package dev.sekisho.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A thousand random policies, each asked with random facts at random states of knowledge. The
 * answer must be that of a tiny evaluator written straight from the design's text, and that of
 * {@code explain}; and learning more must never take an answer back.
 */
class RandomPolicyTest {
  private static final int POLICIES = 1000;
  private static final int FEWER = 200;
  private static final int REQUESTS = 20;
  private static final long SEED = 20_261_124L;

  /** The facts as the reference sees them: values, and what is known of each group. */
  record World(
      String client,
      String host,
      int port,
      Map<Facts.Group, Facts.State> states,
      Map<String, String> values) {
    Facts facts() {
      Facts facts =
          new Facts(
              PolicyFixture.ip(client),
              PolicyFixture.WEDNESDAY_MORNING,
              PolicyFixture.host(host),
              port);
      states.forEach((group, state) -> tell(facts, group, state));
      return facts;
    }

    private void tell(Facts facts, Facts.Group group, Facts.State state) {
      switch (state) {
        case UNKNOWN -> {
          // nothing to tell
        }
        case UNKNOWABLE -> {
          switch (group) {
            case WHO -> facts.whoUnknowable();
            case REQUEST -> facts.requestUnknowable();
            case ADDRESS -> facts.addressUnknowable();
            case RESPONSE -> facts.responseUnknowable();
          }
        }
        case KNOWN -> {
          switch (group) {
            case WHO -> facts.who(value("user"), Set.of(value("group")));
            case REQUEST ->
                facts.request(value("scheme"), "http", value("method"), value("path"), null);
            case ADDRESS ->
                facts.addresses(
                    List.of(
                        PolicyFixture.ip(value("address")), PolicyFixture.ip(value("address2"))));
            case RESPONSE -> facts.response(value("type"), 100);
          }
        }
      }
    }

    private String value(String name) {
      return values.getOrDefault(name, "");
    }

    World with(Facts.Group group, Facts.State state) {
      Map<Facts.Group, Facts.State> more = new EnumMap<>(states);
      more.put(group, state);
      return new World(client, host, port, more, values);
    }
  }

  @Test
  void decisionsAreThoseOfTheReferenceAndOfExplain() {
    Random random = new Random(SEED);
    for (int p = 0; p < POLICIES; p++) {
      ReferencePolicy reference = ReferencePolicy.random(random);
      Policy policy = PolicyFixture.policy(reference.yaml());
      for (int r = 0; r < REQUESTS; r++) {
        World world = world(random);
        Facts facts = world.facts();
        Decision decision = policy.decide(facts);
        String about = "seed " + SEED + ", policy " + p + ":\n" + reference.yaml() + world;
        assertThat(PolicyFixture.said(decision)).as(about).isEqualTo(reference.decide(world));
        Decision explained = policy.explain(facts).decision();
        assertThat(PolicyFixture.said(explained)).as(about).isEqualTo(PolicyFixture.said(decision));
        assertThat(explained.observed()).as(about).isEqualTo(decision.observed());
        assertThat(explained.reason()).as(about).isEqualTo(decision.reason());
      }
    }
  }

  @Test
  void learningMoreNeverTakesAnAnswerBack() {
    Random random = new Random(SEED + 1);
    int answers = 0;
    for (int p = 0; p < FEWER; p++) {
      ReferencePolicy reference = ReferencePolicy.random(random);
      Policy policy = PolicyFixture.policy(reference.yaml());
      for (int r = 0; r < REQUESTS; r++) {
        answers +=
            learnMore(policy, world(random), random, "policy " + p + ":\n" + reference.yaml());
      }
    }
    assertThat(answers).isGreaterThan(1000);
  }

  /** Learns each group that is unknown yet after an answer; how often that was. */
  private static int learnMore(Policy policy, World world, Random random, String about) {
    Optional<Outcome> before = outcome(policy.decide(world.facts()));
    int learnt = 0;
    for (Facts.Group group : Facts.Group.values()) {
      if (before.isPresent() && world.states().get(group) == Facts.State.UNKNOWN) {
        learnt++;
        Facts.State state = random.nextBoolean() ? Facts.State.KNOWN : Facts.State.UNKNOWABLE;
        assertThat(outcome(policy.decide(world.with(group, state).facts())))
            .as("seed %d, %s becomes %s, %s%s", SEED + 1, group, state, about, world)
            .isEqualTo(before);
      }
    }
    return learnt;
  }

  @Test
  void whatIsAskedForIsNeededAndInTheEndThereIsAnAnswer() {
    Random random = new Random(SEED + 2);
    for (int p = 0; p < FEWER; p++) {
      ReferencePolicy reference = ReferencePolicy.random(random);
      Policy policy = PolicyFixture.policy(reference.yaml());
      World world = world(random);
      Set<Facts.Group> asked = new HashSet<>();
      Decision decision = policy.decide(world.facts());
      while (decision instanceof Decision.Learn learn) {
        assertThat(world.states().get(learn.need()))
            .as(reference.yaml() + world)
            .isEqualTo(Facts.State.UNKNOWN);
        assertThat(asked.add(learn.need())).isTrue();
        world =
            world.with(
                learn.need(), random.nextBoolean() ? Facts.State.KNOWN : Facts.State.UNKNOWABLE);
        decision = policy.decide(world.facts());
      }
      assertThat(outcome(decision)).isPresent();
    }
  }

  @Test
  void whoAsksIsNeverMissedInsideTlsThatWasOpenedWithoutAsking() {
    Random random = new Random(SEED + 3);
    int opened = 0;
    for (int p = 0; p < FEWER; p++) {
      ReferencePolicy reference = ReferencePolicy.random(random);
      Policy policy = PolicyFixture.policy(reference.yaml());
      for (int r = 0; r < REQUESTS; r++) {
        World connect =
            world(random)
                .with(Facts.Group.WHO, Facts.State.UNKNOWN)
                .with(Facts.Group.REQUEST, Facts.State.UNKNOWN)
                .with(Facts.Group.RESPONSE, Facts.State.UNKNOWN);
        Facts facts = connect.facts();
        if (policy.opening(facts, policy.decide(facts)) instanceof Opening.Open) {
          opened++;
          World inside = connect.with(Facts.Group.REQUEST, Facts.State.KNOWN);
          assertThat(PolicyFixture.said(policy.decide(inside.facts())))
              .as("seed %d, policy %d:%n%s%s", SEED + 3, p, reference.yaml(), inside)
              .doesNotStartWith("learn WHO");
        }
      }
    }
    assertThat(opened).isGreaterThan(1000);
  }

  private static Optional<Outcome> outcome(Decision decision) {
    return switch (decision) {
      case Decision.Allow allow -> Optional.of(new Outcome.Allows(allow.obligations()));
      case Decision.Deny _ -> Optional.of(new Outcome.Denies());
      case Decision.Learn _ -> Optional.empty();
    };
  }

  private static World world(Random random) {
    Map<Facts.Group, Facts.State> states = new EnumMap<>(Facts.Group.class);
    for (Facts.Group group : Facts.Group.values()) {
      states.put(group, pick(random, List.of(Facts.State.values())));
    }
    Map<String, String> values =
        Map.of(
            "user",
            pick(random, ReferencePolicy.USERS),
            "group",
            pick(random, ReferencePolicy.GROUPS),
            "scheme",
            pick(random, List.of("http", "https")),
            "method",
            pick(random, ReferencePolicy.METHODS),
            "path",
            pick(random, ReferencePolicy.PATHS),
            "address",
            pick(random, ReferencePolicy.ADDRESSES),
            "address2",
            pick(random, ReferencePolicy.ADDRESSES),
            "type",
            pick(random, ReferencePolicy.TYPES));
    return new World(
        pick(random, List.of("10.1.0.5", "10.2.0.5", "10.9.0.5")),
        pick(random, ReferencePolicy.HOSTS),
        pick(random, List.of(80, 443, 8443)),
        states,
        values);
  }

  static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  static <T> List<T> some(Random random, List<T> from) {
    List<T> chosen = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      chosen.add(pick(random, from));
    }
    return chosen;
  }
}
