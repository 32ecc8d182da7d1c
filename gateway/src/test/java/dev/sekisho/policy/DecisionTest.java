package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.by;
import static dev.sekisho.policy.PolicyFixture.facts;
import static dev.sekisho.policy.PolicyFixture.ip;
import static dev.sekisho.policy.PolicyFixture.policy;
import static dev.sekisho.policy.PolicyFixture.request;
import static dev.sekisho.policy.PolicyFixture.rules;
import static dev.sekisho.policy.PolicyFixture.said;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How it decides, rule by rule of the design. */
class DecisionTest {
  @Test
  void theFirstRuleThatHoldsDecides() {
    Policy policy =
        rules(
            "{name: a, to: {host: a.example}, action: deny}",
            "{name: all, to: {host: .example}, action: allow}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("deny by a");
    assertThat(said(policy.decide(facts("b.example")))).isEqualTo("allow by all");
  }

  @Test
  void theDefaultDeniesUnlessConfigured() {
    assertThat(said(policy("policy: {rules: []}").decide(facts("a.example"))))
        .isEqualTo("deny by default");
    assertThat(said(policy("policy: {default: allow}").decide(facts("a.example"))))
        .isEqualTo("allow by default");
    assertThat(said(policy("{}").decide(facts("a.example")))).isEqualTo("deny by default");
  }

  @Test
  void anUnknownRuleIsSetAsideAndItsFactLearnt() {
    Policy policy =
        rules("{name: bad user, who: {users: eve}, action: deny}", "{name: all, action: allow}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("learn WHO for bad user");
    assertThat(said(policy.decide(by(facts("a.example"), "eve")))).isEqualTo("deny by bad user");
    assertThat(said(policy.decide(by(facts("a.example"), "bob")))).isEqualTo("allow by all");
  }

  @Test
  void rulesSetAsideWithTheSameOutcomeNeedNothingLearnt() {
    Policy policy =
        rules(
            "{name: bad user, who: {users: eve}, action: deny}",
            "{name: bad path, to: {path: /x}, action: deny}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("deny by default");
  }

  @Test
  void obligationsAreAPartOfTheOutcome() {
    Policy policy =
        rules(
            "{name: dev, who: {groups: dev}, log: host, action: allow}",
            "{name: all, action: allow}");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("learn WHO for dev");
    Policy same =
        rules(
            "{name: dev, who: {groups: dev}, log: url, action: allow}",
            "{name: all, action: allow}");
    assertThat(said(same.decide(facts("a.example")))).isEqualTo("allow by all");
  }

  @Test
  void unknowableCountsAsTrueInADenyRuleAndAsFalseInAnAllowRule() {
    Policy policy = rules("{name: no, to: {path: /x}, action: deny}", "{name: all, action: allow}");
    Facts sealed = facts("a.example");
    sealed.requestUnknowable();
    assertThat(said(policy.decide(sealed))).isEqualTo("deny by no");
    Policy allowing = rules("{name: yes, to: {path: /x}, action: allow}");
    assertThat(said(allowing.decide(sealed))).isEqualTo("deny by default");
    assertThat(policy.decide(sealed).reason()).contains("cannot be known here");
  }

  @Test
  void notTurnsAnUnknowableNeitherWay() {
    Facts sealed = facts("a.example");
    sealed.requestUnknowable();
    assertThat(said(rules("{name: no, to: {not: {path: /x}}, action: deny}").decide(sealed)))
        .isEqualTo("deny by no");
    assertThat(
            said(
                rules("{name: yes, to: {host: .example, not: {path: /x}}, action: allow}")
                    .decide(sealed)))
        .isEqualTo("deny by default");
  }

  @Test
  void aRuleThatLooksAtTheResponseLetsTheRequestGoOnlyWhenAllElseIsTrue() {
    Policy policy =
        rules(
            "{name: images, who: {groups: dev}, response: {content-type: image/*}, action: allow}");
    Facts facts = request("a.example", "GET", "/x");
    assertThat(said(policy.decide(facts))).isEqualTo("learn WHO for images");
    assertThat(said(policy.decide(by(facts, "bob", "ops")))).isEqualTo("deny by default");
    by(facts, "bob", "dev");
    assertThat(said(policy.decide(facts))).isEqualTo("learn RESPONSE for images");
    facts.response("image/png", 10);
    assertThat(said(policy.decide(facts))).isEqualTo("allow by images");
    facts.response("text/html", 10);
    assertThat(said(policy.decide(facts))).isEqualTo("deny by default");
    facts.response(null, 10);
    assertThat(said(policy.decide(facts))).isEqualTo("deny by default");
  }

  @Test
  void theRequestGoesOnlyWhenNothingElseCanBeLearntBefore() {
    Policy policy =
        rules(
            "{name: programs, response: {content-type: application/x-msdownload}, action: deny}",
            "{name: bad user, who: {users: eve}, action: deny}",
            "{name: all, action: allow}");
    Facts facts = request("a.example", "GET", "/x");
    assertThat(said(policy.decide(facts))).isEqualTo("learn WHO for bad user");
    assertThat(said(policy.decide(by(facts, "bob")))).isEqualTo("learn RESPONSE for programs");
  }

  @Test
  void aRuleThatObservesNeverDecidesAndIsTold() {
    Policy policy =
        rules(
            "{name: soon, to: {host: .example}, observe: true, action: deny}",
            "{name: all, action: allow}",
            "{name: late, observe: true, action: deny}");
    Decision decision = policy.decide(facts("a.example"));
    assertThat(said(decision)).isEqualTo("allow by all");
    assertThat(decision.observed()).isEqualTo(List.of("soon: deny"));
    assertThat(policy.decide(facts("a.test")).observed()).isEmpty();
  }

  @Test
  void anEvaluationErrorIsUnknowable() {
    assertThat(
            said(
                rules("{name: no, when: 'request.port / 0 == 1', action: deny}")
                    .decide(facts("a.example"))))
        .isEqualTo("deny by no");
    assertThat(
            said(
                rules("{name: yes, when: 'request.port / 0 == 1', action: allow}")
                    .decide(facts("a.example"))))
        .isEqualTo("deny by default");
  }

  @Test
  void severalAddressesMustAllBeAllowedAndAnyIsRefused() {
    Facts facts = facts("a.example");
    facts.addresses(List.of(ip("10.0.0.1"), ip("192.0.2.1")));
    assertThat(said(rules("{name: yes, to: {address: 10.0.0.0/8}, action: allow}").decide(facts)))
        .isEqualTo("deny by default");
    assertThat(
            said(
                rules(
                        "{name: no, to: {address: 10.0.0.0/8}, action: deny}",
                        "{name: all, action: allow}")
                    .decide(facts)))
        .isEqualTo("deny by no");
    assertThat(
            said(
                rules("{name: yes, to: {address: [10.0.0.0/8, 192.0.2.0/24]}, action: allow}")
                    .decide(facts)))
        .isEqualTo("allow by yes");
  }

  @Test
  void anAddressAskedForIsComparedWithoutResolving() {
    Policy policy = rules("{name: yes, to: {address: 10.0.0.0/8}, action: allow}");
    assertThat(said(policy.decide(facts("10.1.1.1")))).isEqualTo("allow by yes");
    assertThat(said(policy.decide(facts("11.1.1.1")))).isEqualTo("deny by default");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("learn ADDRESS for yes");
  }

  @Test
  void aDenyRuleLooksIntoWrappedAddresses() {
    Policy policy =
        rules("{name: no, to: {address: 10.0.0.0/8}, action: deny}", "{name: all, action: allow}");
    assertThat(said(policy.decide(facts("[64:ff9b::10.0.0.1]")))).isEqualTo("deny by no");
  }

  @Test
  void onlyTheDecidingAllowRuleNamesAnAddress() {
    Policy policy =
        rules(
            "{name: printer, to: {host: 192.168.1.9}, action: allow}",
            "{name: lan, to: {host: .corp.example, address: 10.0.0.0/8}, action: allow}",
            "{name: world, to: {address: 0.0.0.0/0}, action: allow}");
    assertThat(policy.namesAddress(facts("192.168.1.9"), ip("192.168.1.9"))).isTrue();
    Facts lan = facts("a.corp.example");
    lan.addresses(List.of(ip("10.2.3.4")));
    assertThat(policy.namesAddress(lan, ip("10.2.3.4"))).isTrue();
    Facts other = facts("a.example");
    other.addresses(List.of(ip("10.2.3.4")));
    assertThat(said(policy.decide(other))).isEqualTo("allow by world");
    assertThat(policy.namesAddress(other, ip("10.2.3.4"))).isFalse();
    assertThat(policy.namesAddress(facts("10.2.3.4"), ip("10.2.3.4"))).isFalse();
  }

  @Test
  void whatIsLearntLaterDoesNotChangeTheSentence() {
    Policy policy =
        rules("{name: bad user, who: {users: eve}, action: deny}", "{name: all, action: allow}");
    Facts facts = facts("a.example");
    Decision decision = policy.decide(facts);
    String before = decision.reason();
    by(facts, "eve");
    assertThat(decision.reason())
        .isEqualTo(before)
        .isEqualTo("The rule 'bad user' cannot be decided before it is known who asks.");
    assertThat(policy.decide(facts).reason())
        .isEqualTo("The rule 'bad user' refuses it: who.users is eve.");
  }

  @Test
  void neverInspectHidesWhatTlsWouldShow() {
    Policy policy =
        policy(
            """
            policy:
              rules:
                - {name: no uploads, method: POST, action: deny}
                - {name: all, action: allow}
            inspect:
              never:
                - {name: bank, host: .bank.example}
                - {name: boss, users: boss}
            """);
    assertThat(said(policy.decide(facts("www.bank.example")))).isEqualTo("deny by no uploads");
    assertThat(policy.seal(facts("www.bank.example"))).isEqualTo(new Seal.Sealed("bank"));
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("learn WHO for boss");
    assertThat(said(policy.decide(by(facts("a.example"), "bob"))))
        .isEqualTo("learn REQUEST for no uploads");
    assertThat(said(policy.decide(by(facts("a.example"), "boss")))).isEqualTo("deny by no uploads");
    assertThat(policy.seal(by(facts("a.example"), "bob"))).isEqualTo(new Seal.Open());
    Facts transparent = facts("a.example");
    transparent.whoUnknowable();
    assertThat(policy.seal(transparent)).isEqualTo(new Seal.Sealed("boss"));
  }

  @Test
  void fieldsMatchAsTheyAreWritten() {
    Facts facts = request("a.example", "GET", "/our-org/x?");
    assertThat(said(rules("{name: r, to: {port: [8000-8999, 80]}, action: allow}").decide(facts)))
        .isEqualTo("allow by r");
    assertThat(said(rules("{name: r, to: {port: 81-90}, action: allow}").decide(facts)))
        .isEqualTo("deny by default");
    assertThat(said(rules("{name: r, method: [GET, HEAD], action: allow}").decide(facts)))
        .isEqualTo("allow by r");
    assertThat(said(rules("{name: r, to: {scheme: https}, action: allow}").decide(facts)))
        .isEqualTo("deny by default");
    assertThat(said(rules("{name: r, to: {protocol: http}, action: allow}").decide(facts)))
        .isEqualTo("allow by r");
    assertThat(said(rules("{name: r, to: {protocol: websocket}, action: allow}").decide(facts)))
        .isEqualTo("deny by default");
    assertThat(
            said(
                rules(
                        "{name: r, not: {to: {host: .example}}, action: deny}",
                        "{name: s, action: allow}")
                    .decide(facts)))
        .isEqualTo("allow by s");
    assertThat(
            said(
                rules("{name: r, not: [{method: PUT}, {method: GET}], action: allow}")
                    .decide(facts)))
        .isEqualTo("deny by default");
  }

  @Test
  void devicesAreKnownByAddress() {
    Policy policy =
        policy(
            """
            devices: {pcs: [10.1.0.0/16], servers: 10.2.0.1}
            policy: {rules: [{name: pcs, who: {devices: pcs}, action: allow}]}
            """);
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("allow by pcs");
    assertThat(policy.device(ip("10.2.0.1"))).isEqualTo("servers");
    assertThat(policy.device(ip("10.3.0.1"))).isNull();
    Facts other = new Facts(ip("10.2.0.1"), 0, PolicyFixture.host("a.example"), 80);
    assertThat(said(policy.decide(other))).isEqualTo("deny by default");
  }

  @Test
  void aDeclaredSizeIsComparedAndAnUndeclaredOneCannotBe() {
    Policy policy =
        rules(
            "{name: large, response: {not: {max-size: 10KiB}}, action: deny}",
            "{name: all, action: allow}");
    Facts facts = request("a.example", "GET", "/");
    facts.response("a/b", 10240);
    assertThat(said(policy.decide(facts))).isEqualTo("allow by all");
    facts.response("a/b", 10241);
    assertThat(said(policy.decide(facts))).isEqualTo("deny by large");
    facts.response("a/b", -1);
    assertThat(said(policy.decide(facts))).isEqualTo("deny by large");
  }
}
