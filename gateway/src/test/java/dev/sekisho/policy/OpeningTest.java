package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.by;
import static dev.sekisho.policy.PolicyFixture.facts;
import static dev.sekisho.policy.PolicyFixture.policy;
import static dev.sekisho.policy.PolicyFixture.request;
import static dev.sekisho.policy.PolicyFixture.rules;
import static dev.sekisho.policy.PolicyFixture.said;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether the TLS of a CONNECT is opened, why, and what is asked before. */
class OpeningTest {
  private static Opening opening(Policy policy, Facts facts) {
    return policy.opening(facts, policy.decide(facts));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "closed",
      value = {
        "{name: x, action: allow} | the rule 'x' has bodies scanned",
        "{name: x, action: allow, scan: all, log: host} | the rule 'x' has bodies scanned",
        "{name: x, action: allow, scan: none} | the rule 'x' has the URL logged",
        "{name: x, action: allow, scan: none, log: host} | closed",
        "{name: x, to: {path: /a}, action: allow} | the rule 'x' needs the URL",
        "{name: x, to: {path: /a}, action: allow, scan: none, log: host} | the rule 'x' needs the URL",
        "{name: x, method: POST, action: deny} | the refusal is shown inside",
        "{name: x, to: {host: a.example}, action: deny} | the refusal is shown inside",
        "{name: x, to: {host: a.example}, response: {max-size: 1KiB}, action: allow}"
            + " | the rule 'x' needs the response",
      })
  void tlsIsOpenedForWhatARuleNeedsOrObligesToAndToShowARefusal(String rule, String because) {
    Opening expected =
        because == null ? new Opening.Closed(Optional.empty()) : new Opening.Open(because);
    assertThat(opening(rules(rule), facts("a.example"))).isEqualTo(expected);
  }

  @Test
  void theDefaultIsCalledByItsName() {
    assertThat(opening(policy("policy: {default: allow}"), facts("a.example")))
        .isEqualTo(new Opening.Open("the default has bodies scanned"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: x, action: allow} | allow by x",
        "{name: x, to: {path: /a}, action: allow} | deny by default",
        "{name: x, to: {path: /a}, action: deny} | deny by x",
        "{name: x, action: deny} | deny by x",
      })
  void inspectNeverKeepsItClosedWhateverTheDecision(String rule, String decision) {
    Policy policy =
        policy(
            "policy: {rules: [" + rule + "]}\ninspect: {never: [{name: sealed, host: .example}]}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo(decision);
    assertThat(opening(policy, facts("a.example")))
        .isEqualTo(new Opening.Closed(Optional.of("sealed")));
  }

  @Test
  void whatNeedsNoTlsStaysClosedWithoutBeingSealed() {
    Policy policy =
        policy(
            "policy: {rules: [{name: x, action: allow, scan: none, log: host}]}\n"
                + "inspect: {never: [{name: sealed, host: .example}]}");
    assertThat(opening(policy, facts("a.example"))).isEqualTo(new Opening.Closed(Optional.empty()));
  }

  @Test
  void whatInspectNeverMissesIsLearntBeforeTlsIsOpened() {
    Policy policy =
        policy(
            """
            policy: {rules: [{name: x, to: {path: /a}, action: allow}, {name: y, action: deny}]}
            inspect: {never: [{name: board, users: boss}, {name: lan, address: 10.0.0.0/8}]}
            """);
    Facts facts = facts("a.example");
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Learn(Facts.Group.WHO, "board"));
    by(facts, "ann");
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Learn(Facts.Group.ADDRESS, "lan"));
    facts.addresses(java.util.List.of(PolicyFixture.ip("192.0.2.1")));
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Open("the rule 'x' needs the URL"));
    Facts boss = by(facts("a.example"), "boss");
    assertThat(opening(policy, boss)).isEqualTo(new Opening.Closed(Optional.of("board")));
  }

  @Test
  void anObligationAsksInspectNeverAndWhatItMisses() {
    Policy policy =
        policy("policy: {default: allow}\ninspect: {never: [{name: board, users: boss}]}");
    Facts facts = facts("a.example");
    assertThat(said(policy.decide(facts))).isEqualTo("allow by default");
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Learn(Facts.Group.WHO, "board"));
    assertThat(opening(policy, by(facts("a.example"), "boss")))
        .isEqualTo(new Opening.Closed(Optional.of("board")));
    Facts unknowable = facts("a.example");
    unknowable.whoUnknowable();
    assertThat(opening(policy, unknowable))
        .as("what cannot be known keeps a connection sealed")
        .isEqualTo(new Opening.Closed(Optional.of("board")));
  }

  @Test
  void aRefusalIsNotWorthAsking() {
    Policy policy =
        policy("policy: {default: deny}\ninspect: {never: [{name: board, users: boss}]}");
    assertThat(opening(policy, facts("a.example"))).isEqualTo(new Opening.Closed(Optional.empty()));
  }

  @Test
  void whoAndWhereAreLearntFirst() {
    Policy policy =
        rules(
            "{name: staff, who: {groups: dev}, action: allow}",
            "{name: lan, to: {address: 192.0.2.0/24}, action: allow}");
    Facts facts = facts("a.example");
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Learn(Facts.Group.WHO, "staff"));
    by(facts, "ann");
    assertThat(opening(policy, facts)).isEqualTo(new Opening.Learn(Facts.Group.ADDRESS, "lan"));
  }

  @Test
  void thereIsNothingToOpenOfAPlainRequestOrOfATunnelThatIsNoTls() {
    Policy policy = policy("policy: {default: allow}");
    assertThat(opening(policy, request("a.example", "GET", "/")))
        .isEqualTo(new Opening.Closed(Optional.empty()));
    Facts opaque = facts("a.example");
    opaque.requestUnknowable();
    assertThat(opening(policy, opaque)).isEqualTo(new Opening.Closed(Optional.empty()));
  }

  @Test
  void atAConnectWhoAsksIsLearntBeforeWhatIsInsideTls() {
    Policy policy =
        rules(
            "{name: repo, to: {path: /our/**}, action: allow}",
            "{name: large, response: {max-size: 1MiB}, method: GET, action: allow}",
            "{name: staff, who: {groups: dev}, action: allow, scan: none}");
    Facts connect = facts("a.example");
    assertThat(said(policy.decide(connect))).isEqualTo("learn WHO for staff");
    by(connect, "ann");
    assertThat(said(policy.decide(connect))).isEqualTo("learn REQUEST for repo");
    connect.request("https", "https", "GET", "/other", null);
    assertThat(said(policy.decide(connect))).isEqualTo("learn RESPONSE for large");
  }

  @Test
  void onAPlainRequestTheOrderIsThatOfTheRules() {
    Policy policy =
        rules(
            "{name: lan, to: {address: 192.0.2.0/24}, action: allow}",
            "{name: staff, who: {groups: dev}, action: allow}");
    assertThat(said(policy.decide(request("a.example", "GET", "/"))))
        .isEqualTo("learn ADDRESS for lan");
  }

  @Test
  void nobodyIsAskedWhereNoRuleStillInPlayNeedsToKnow() {
    Policy policy =
        rules(
            "{name: staff, to: {host: b.example}, who: {groups: dev}, action: allow}",
            "{name: repo, to: {path: /our/**}, action: allow}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("learn REQUEST for repo");
    Facts unknowable = facts("b.example");
    unknowable.whoUnknowable();
    assertThat(said(policy.decide(unknowable))).isEqualTo("learn REQUEST for repo");
  }
}
