package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads when something is wrong: always the place, and what to do. */
class PolicyConfigTest {
  private static List<String> rule(String rule) {
    return problems(
        "devices: {pcs: 10.1.0.0/16}\npolicy:\n  rules:\n    - {name: r, action: allow, "
            + rule
            + "}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "to: {host: '*.example.com'} | a name and everything below it is written '.example.com'",
        "to: {host: 'a b'} | 'a b' cannot be used because",
        "to: {host: []} | policy.rules[1].to.host has no value.",
        "to: {host: } | policy.rules[1].to.host has no value.",
        "to: {} | policy.rules[1].to has no condition; leave it out or say what is meant.",
        "to: | policy.rules[1].to has no value.",
        "to: {hosts: a.example} | unknown key 'hosts' in policy.rules[1].to. Did you mean 'host'?",
        "to: {port: 0} | a port is a number from 1 to 65535",
        "to: {port: 90-80} | the range ends before it begins",
        "to: {address: 10.0.0.1/8} | policy.rules[1].to.address: '10.0.0.1/8' cannot be used because",
        "to: {scheme: ftp} | it is none of http, https",
        "to: {protocol: ssh} | it is none of http, https, websocket",
        "to: {path: admin} | a path begins with a slash",
        "to: {list: none} | there is no such list in lists",
        "to: {category: malware} | there is no such category in the folder of categories",
        "who: {devices: pc} | there is no such device in devices; did you mean 'pcs'?",
        "who: {users: ''} | it is empty",
        "method: CONNECT | a tunnel is decided by its host and port",
        "method: 'G T' | it is not a method's name",
        "response: {content-type: image} | a media type is written as text/html",
        "response: {max-size: 10MB} | expected a size such as",
        "response: {content-type: 'image/*'} | the rule 'r' looks at nothing but the response",
        "response: {not: {max-size: 1MiB}} | the rule 'r' looks at nothing but the response",
        "when: 'response.size < 10' | the rule 'r' looks at nothing but the response",
        "when: 'request.hos == 1' | undeclared reference",
        "when: '1 + 2' | expected type 'bool' but found 'int'",
        "scan: some | expected one of all, none",
        "deliver: now | expected one of auto, hold, trickle, page",
        "scan: none, deliver: hold | deliver says how what is scanned reaches its client",
        "not: {} | has no condition",
        "observe: yes | expected true or false"
      })
  void everyMistakeIsToldWithItsPlace(String rule, String message) {
    List<String> told = rule(rule);
    assertThat(told)
        .anySatisfy(
            line -> assertThat(line).matches("sekisho.yaml:4:\\d+: error: .*").contains(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "policy: {default: maybe} | expected one of allow, deny",
        "policy: {time-zone: Mars} | expected a time zone such as Asia/Tokyo",
        "policy: {rules: [{action: allow}]} | policy.rules[1] needs a name",
        "policy: {rules: [{name: a}]} | needs action: allow or deny",
        "policy: {rules: [{name: default, action: deny}]} | and not 'default'",
        "policy: {rules: [{name: a, action: deny, log: host}]} | 'policy.rules[1]' denies",
        "policy: {rules: [{name: a, action: deny, deliver: hold}]} | 'policy.rules[1]' denies",
        "policy: {rule: []} | unknown key 'rule' in policy. Did you mean 'rules'?",
        "devices: {pcs: 10.1.2.3/16} | devices.pcs: '10.1.2.3/16' is not an address or a range",
        "devices: {pcs: []} | devices.pcs has no address",
        "lists: {a: {}} | lists.a needs either a file or a url",
        "lists: {a: {file: x, url: 'http://a.example'}} | lists.a needs either a file or a url",
        "lists: {a: {file: nowhere.txt}} | the list 'a' cannot be read: there is no file",
        "lists: {a: {url: 'ftp://a.example/'}} | expected an http or https URL without user information",
        "lists: {a: {url: 'http://a.example/', sha256: 12}} | expected 64 hexadecimal digits",
        "lists: {a: {url: 'http://a.example/', interval: 1s}} | lists.a.interval must be at least 10s",
        "lists: {a: {url: 'http://a.example/', when-stale: hope}} | expected one of refuse, keep",
        "lists: {'../x': {url: 'http://a.example/'}} | a list's name has letters",
        "categories: {folder: nowhere} | there is no folder",
        "inspect: {never: [{name: a}]} | inspect.never[1] has no condition",
        "inspect: {never: [{name: a, path: /x}]} | unknown key 'path' in inspect.never[1]",
        "inspect: {never: [{name: a, to: {scheme: https}}]} | unknown key 'scheme'"
      })
  void everySectionIsChecked(String yaml, String message) {
    assertThat(problems(yaml))
        .anySatisfy(
            line -> assertThat(line).matches("sekisho.yaml:1:\\d+: error: .*").contains(message));
  }

  @Test
  void allMistakesAreToldAtOnce() {
    List<String> told =
        problems(
            """
            policy:
              rules:
                - {name: a, action: allow, to: {port: x}}
                - {name: a, action: deny, to: {host: '*.a'}}
                - {name: c, action: alow}
            """);
    assertThat(told).hasSize(4);
    assertThat(told.get(1))
        .startsWith("sekisho.yaml:4:")
        .contains("there is another rule 'a' at sekisho.yaml:3:7");
  }

  @Test
  void anExpressionsMistakeIsPointedAt() {
    assertThat(
            problems(
                    "policy:\n  rules:\n    - name: a\n      action: deny\n      when: 'request.port > \"x\"'\n")
                .getFirst())
        .startsWith("sekisho.yaml:5:27: error: when: found no matching overload")
        .endsWith("(line 1, column 14 of the expression).");
    assertThat(
            problems(
                "policy:\n  rules:\n    - name: a\n      action: deny\n      when: |\n"
                    + "        time.hour > 8\n        && time.our < 20\n"))
        .anySatisfy(line ->
            assertThat(line).startsWith("sekisho.yaml:7: error: when: undeclared reference"));
  }

  @Test
  void whatIsSuspiciousIsWarnedOf() {
    assertThat(
            problems(
                "policy:\n  default: allow\n  rules:\n    - {name: all, action: allow}\n    - {name: late, action: deny}\n"))
        .containsExactly(
            "sekisho.yaml:2:3: warning: default: allow lets through whatever no rule speaks of; deny is the safe default.",
            "sekisho.yaml:5:7: warning: the rule 'late' is never reached: 'all' at sekisho.yaml:4:7 has no condition and decides "
                + "everything before it.");
    assertThat(problems("policy: {rules: [{name: a, action: deny, method: get}]}").getFirst())
        .contains("warning: methods are compared");
    assertThat(problems("inspect: {authority: {certificate: ca.pem}}"))
        .as("read by another capability")
        .isEmpty();
    assertThat(
            problems(
                "policy: {rules: [{name: a, observe: true, action: deny}, {name: b, action: allow}]}"))
        .isEmpty();
  }

  @Test
  void rulesThatCannotWorkInAListenerAreWarnedOf() {
    Policy policy =
        PolicyFixture.policy(
            """
            policy:
              rules:
                - {name: repo, to: {host: a.example, path: /x/**}, action: allow}
                - {name: uploads, method: POST, action: deny}
                - {name: staff, when: 'user.name == "ann" && request.host == "a"', action: allow}
                - {name: fine, to: {host: b.example, port: 443}, action: allow}
            inspect: {never: [{name: boss, users: boss}]}
            """);
    var problems = new dev.sekisho.config.Problems();
    policy.warn(
        "through a CONNECT tunnel",
        java.util.Set.of(Facts.Group.REQUEST, Facts.Group.WHO),
        problems);
    assertThat(problems.all().stream().map(Object::toString))
        .containsExactly(
            "sekisho.yaml:3:7: warning: to.path cannot be known through a CONNECT tunnel, so the rule "
                + "'repo' cannot allow anything there.",
            "sekisho.yaml:4:7: warning: method cannot be known through a CONNECT tunnel, which counts as true in a deny "
                + "rule: 'uploads' "
                + "refuses whatever its other conditions match.",
            "sekisho.yaml:5:7: warning: user.name cannot be known through a CONNECT tunnel, so the rule "
                + "'staff' cannot allow anything there.",
            "sekisho.yaml:7:19: warning: who.users cannot be known through a CONNECT tunnel, so 'boss' keeps sealed "
                + "whatever its other "
                + "conditions match.");
  }

  @Test
  void knowsTheDefaultsByHeart() {
    Policy policy = PolicyFixture.policy("policy: {rules: [{name: a, action: allow}]}");
    assertThat(policy.decide(PolicyFixture.facts("a.example")))
        .isInstanceOfSatisfying(
            Decision.Allow.class,
            allow ->
                assertThat(allow.obligations())
                    .isEqualTo(new Obligations(Obligations.Scan.ALL, Obligations.Log.URL)));
    assertThat(policy.defaultAction()).isEqualTo("deny");
    assertThat(policy.size()).isEqualTo(1);
  }
}
