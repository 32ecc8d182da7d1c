package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.by;
import static dev.sekisho.policy.PolicyFixture.facts;
import static dev.sekisho.policy.PolicyFixture.ip;
import static dev.sekisho.policy.PolicyFixture.policy;
import static dev.sekisho.policy.PolicyFixture.said;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhenTest {
  private static Policy when(String action, String expression) {
    return policy(
        """
        devices: {pcs: [10.1.0.0/16], all: [10.0.0.0/8]}
        policy:
          time-zone: Asia/Tokyo
          rules:
            - name: r
              action: %s
              when: '%s'
        """
            .formatted(action, expression));
  }

  private static Facts everything() {
    Facts facts = by(facts("www.a.example", 8443), "ann", "dev", "ops");
    facts.request("https", "http", "GET", "/x/y", "q=1");
    facts.addresses(List.of(ip("192.0.2.1"), ip("192.0.2.2")));
    facts.response("text/html", 1234);
    return facts;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source.ip == \"10.1.2.3\"",
        "source.device == \"pcs\"",
        "source.devices == [\"pcs\", \"all\"]",
        "user.name == \"ann\"",
        "\"dev\" in user.groups",
        "request.host == \"www.a.example\"",
        "request.port == 8443",
        "request.scheme == \"https\"",
        "request.protocol == \"http\"",
        "request.method == \"GET\"",
        "request.path == \"/x/y\"",
        "request.query == \"q=1\"",
        "request.url == \"https://www.a.example:8443/x/y?q=1\"",
        "destination.addresses.all(a, inCidr(a, \"192.0.2.0/24\"))",
        "destination.addresses.exists(a, a == \"192.0.2.2\")",
        "request.port > 0 && response.content_type == \"text/html\"",
        "request.port > 0 && response.size == 1234",
        "time.hour == 18",
        "time.minute == 30",
        "time.day_of_week == 3",
        "time.date == \"2026-11-25\"",
        "time.date < \"2026-12-01\"",
        "inDomain(request.host, \"a.example\")",
        "inDomain(request.host, \".example\")",
        "!inDomain(request.host, \"b.example\")",
        "!inDomain(\"xa.example\", \"a.example\")",
        "inCidr(source.ip, \"10.0.0.0/8\")",
        "request.host.matches(\"^www[.]\")",
        "request.host.endsWith(\".example\") && request.port > 1024",
        "time.hour >= 8 && time.hour < 20"
      })
  void theNamesHaveTheirValues(String expression) {
    assertThat(said(when("allow", expression).decide(everything()))).isEqualTo("allow by r");
  }

  @Test
  void whatIsMissingIsLearntOnlyWhenTheRestDoesNotSettleIt() {
    Policy policy =
        when("allow", "request.port == 443 && user.name == \"ann\" && request.path == \"/x\"");
    assertThat(said(policy.decide(facts("a.example", 80)))).isEqualTo("deny by default");
    assertThat(said(policy.decide(facts("a.example", 443)))).isEqualTo("learn WHO for r");
    assertThat(said(policy.decide(by(facts("a.example", 443), "bob"))))
        .isEqualTo("deny by default");
    assertThat(said(policy.decide(by(facts("a.example", 443), "ann"))))
        .isEqualTo("learn REQUEST for r");
    Policy either = when("deny", "request.port == 443 || user.name == \"ann\"");
    assertThat(said(either.decide(facts("a.example", 443)))).isEqualTo("deny by r");
  }

  @Test
  void unknowableCountsAgainstTheRequest() {
    Facts facts = facts("a.example");
    facts.whoUnknowable();
    assertThat(said(when("deny", "user.name == \"ann\"").decide(facts))).isEqualTo("deny by r");
    assertThat(said(when("allow", "user.name != \"ann\"").decide(facts)))
        .isEqualTo("deny by default");
  }

  @Test
  void whatIsNotDeclaredCannotBeKnown() {
    Facts facts = everything();
    facts.response(null, -1);
    assertThat(said(when("allow", "request.port > 0 && response.size < 100").decide(facts)))
        .isEqualTo("deny by default");
    assertThat(said(when("deny", "response.content_type == \"a/b\"").decide(facts)))
        .isEqualTo("deny by r");
  }

  @Test
  void anAddressAskedForIsItsOwnDestination() {
    assertThat(
            said(
                when("allow", "destination.addresses == [\"192.0.2.9\"]")
                    .decide(facts("192.0.2.9"))))
        .isEqualTo("allow by r");
  }

  @Test
  void aBadRangeFailsClosed() {
    assertThat(said(when("allow", "inCidr(source.ip, request.host)").decide(facts("a.example"))))
        .isEqualTo("deny by default");
    assertThat(said(when("deny", "inCidr(source.ip, request.host)").decide(facts("a.example"))))
        .isEqualTo("deny by r");
  }
}
