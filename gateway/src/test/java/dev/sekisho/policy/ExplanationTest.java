package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.facts;
import static dev.sekisho.policy.PolicyFixture.policy;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final Policy POLICY =
      policy(
          """
          devices: {pcs: 10.1.0.0/16}
          policy:
            rules:
              - {name: definitions, to: {host: [db.example, .update.example]}, action: allow}
              - {name: uploads, who: {devices: pcs}, to: {not: {path: /upload/**}}, action: deny}
              - {name: watch, to: {port: 443}, observe: true, action: deny}
              - {name: developers, who: {groups: dev}, action: allow}
              - {name: large, response: {not: {max-size: 1MiB}}, action: deny}
              - {name: rest, action: allow}
          """);

  @Test
  void tellsEveryRuleEveryConditionAndTheDecision() {
    Facts facts = facts("a.example");
    assertThat(String.join("\n", POLICY.explain(facts).lines()))
        .isEqualTo(
            """
              1  allow  definitions  (does not hold)
                   to.host [db.example, .update.example]: false, found a.example
              2  deny   uploads  (set aside, needs the request)
                   who.devices pcs: true, found 10.1.2.3, pcs
                   not: unknown yet (the request)
                     to.path /upload/**: unknown yet (the request)
              3  deny   watch  (would hold, only observes)
                   to.port 443: true, found 443
              4  allow  developers  (set aside, needs who asks)
                   who.groups dev: unknown yet (who asks)
              5  deny   large  (set aside, needs the response)
                   not: unknown yet (the response)
                     response.max-size 1048576 bytes: unknown yet (the response)
              6  allow  rest  (holds)
              7  deny   default  (not reached)

            learn who asks: The rule 'developers' cannot be decided before it is known who asks.
            observed: watch: deny\
            """
                .indent(0)
                .stripTrailing());
  }

  @Test
  void tellsWhatCannotBeKnown() {
    Facts facts = facts("a.example");
    facts.requestUnknowable();
    facts.whoUnknowable();
    assertThat(POLICY.explain(facts).lines())
        .contains(
            "  2  deny   uploads  (unknowable: holds)",
            "         to.path /upload/**: unknowable",
            "  4  allow  developers  (not reached)")
        .last()
        .asString()
        .startsWith("deny: The rule 'uploads' refuses it");
    assertThat(POLICY.decide(facts).reason())
        .isEqualTo(
            "The rule 'uploads' refuses it: who.devices is pcs (10.1.2.3, pcs); "
                + "not (to.path cannot be known here, which counts against the request).");
  }

  @Test
  void tellsHowTheRuleWantsItDelivered() {
    Policy policy =
        PolicyFixture.rules(
            "{name: builds, to: {host: a.example}, action: allow, deliver: trickle}",
            "{name: rest, action: allow}");
    assertThat(policy.explain(facts("a.example")).lines())
        .endsWith("deliver: trickle, unless a line of scan.rules says otherwise");
    assertThat(policy.explain(facts("b.example")).lines())
        .noneMatch(line -> line.startsWith("deliver"));
  }

  @Test
  void tellsWhatKeepsAConnectionSealed() {
    Policy policy =
        policy("inspect: {never: [{name: banks, host: .bank.example}]}\npolicy: {default: deny}");
    assertThat(policy.explain(facts("a.bank.example")).lines().getFirst())
        .isEqualTo("inspect.never: 'banks' keeps the connection sealed");
  }

  @Test
  void textFromOutsideCannotDisturbATerminal() {
    Facts facts =
        PolicyFixture.request("a.example", "GET\u001b[2J", "/x\u001b]0;" + "y".repeat(500));
    Policy policy = PolicyFixture.rules("{name: r, method: POST, to: {path: /y}, action: deny}");
    assertThat(String.join("", policy.explain(facts).lines()))
        .doesNotContain("\u001b")
        .hasSizeLessThan(600);
  }
}
