package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.request;
import static dev.sekisho.policy.PolicyFixture.rules;
import static dev.sekisho.policy.PolicyFixture.said;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The readings of a path, through rules: no spelling gets past a refusal or into an allowance. */
class PathRulesTest {
  private static final Policy REFUSING =
      rules("{name: no, to: {path: /admin/**}, action: deny}", "{name: all, action: allow}");
  private static final Policy ALLOWING =
      rules("{name: org, to: {path: /our-org/**}, action: allow}");
  private static final Policy ALLOWING_BUT =
      rules("{name: but, to: {not: {path: /admin/**}}, action: allow}");
  private static final Policy REFUSING_BUT =
      rules(
          "{name: elsewhere, to: {not: {path: /our-org/**}}, action: deny}",
          "{name: all, action: allow}");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin",
        "/admin/",
        "/admin/x",
        "//admin/x",
        "///admin",
        "/./admin/x",
        "/x/../admin",
        "/x/y/../../admin/z",
        "/%61dmin",
        "/a%64min/x",
        "/%61%64%6d%69%6e",
        "/%2561dmin/x",
        "/x/%2e%2e/admin",
        "/x/%2E./admin",
        "/x/.%2e/admin",
        "/%2e/admin",
        "/x/%252e%252e/admin",
        "/admin;v=1",
        "/admin;v=1/x",
        "/;/admin/x",
        "/x/..;/admin",
        "/x/..;a=b/admin/y",
        "\\admin\\x",
        "/\\admin",
        "/x\\..\\admin",
        "/x%5c..%5cadmin",
        "/%5cadmin/x",
        "/x/..%2fadmin",
        "/x/..%2Fadmin/y",
        "/x%2f..%2fadmin",
        "/%2fadmin",
        "/x/..%252fadmin",
        "/x/%2e%2e%2fadmin",
        "/admin%2fx",
        "/admin%5cx",
        "/admin/../admin/x",
        "/.//admin",
        "/x/.././admin",
        "/%61dmin%3bv=1/x",
        "/x/y/..%2f../admin",
        "/admin/%2e%2e/x/../../admin",
        "/a/b/c/../../../admin"
      })
  void aRefusedPathIsRefusedInEverySpelling(String path) {
    String raw = path.startsWith("/") ? path : "/" + path;
    assertThat(said(REFUSING.decide(request("a.example", "GET", raw))))
        .as(raw)
        .isEqualTo("deny by no");
    assertThat(said(ALLOWING_BUT.decide(request("a.example", "GET", raw))))
        .as(raw)
        .isEqualTo("deny by default");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/our-org/../other",
        "/our-org/..",
        "/our-org/x/../../y",
        "/our-org/%2e%2e/other",
        "/our-org/.%2e/other",
        "/our-org/%2e./other",
        "/our-org/%252e%252e/other",
        "/our-org/..%2fother",
        "/our-org%2f..%2fother",
        "/our-org/..%252fother",
        "/our-org\\..\\other",
        "/our-org/..\\other",
        "/our-org/%5c../../other",
        "/our-org/..%5cother",
        "/our-org/..;/other",
        "/our-org/..;x=y/other",
        "/our-org/x/..;/../other",
        "/our-org/./../other",
        "/our-org//../../other",
        "/our-org/../",
        "/our-org/%2e%2e%2fother",
        "/our-org/%2e%2e%5cother",
        "/our-org/x/%2e%2e/%2e%2e/y",
        "/our-org/../our-org2/x",
        "/our-org/x/../..",
        "/our-orgs",
        "/our-org2/x",
        "/OUR-ORG/x",
        "/x/our-org/y",
        "/our-org/%2e%2e;/other",
        "/our-org/..%3b/other",
        "/%6fther/our-org",
        "/",
        "/our-or",
        "/our-org%20/x",
        "/our-org.",
        "/our-org%00/x",
        "/x/../our-orgs/y",
        "/our-org/..%c0%afother",
        "/our-org/..;%2fother",
        "/our-org/%2E%2E/",
        "/;/our-orgx"
      })
  void anAllowedPathIsNotLeftByAnySpelling(String path) {
    assertThat(said(ALLOWING.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("deny by default");
    assertThat(said(REFUSING_BUT.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("deny by elsewhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/our-org",
        "/our-org/",
        "/our-org/x",
        "/our-org/x/y",
        "/our-org/x.html",
        "/our-org/.hidden",
        "/our-org/..hidden",
        "/our-org/x..y",
        "/our-org/...",
        "/our-org/x/..y/z",
        "/our-org/a%20b",
        "/our-org/%E6%97%A5%E6%9C%AC",
        "/our-org/100%25",
        "/our-org/a+b",
        "/our-org/a,b",
        "/our-org/a=b",
        "/our-org/a&b",
        "/our-org/~user",
        "/our-org/a:b",
        "/our-org/@scope/pkg",
        "/our-org/a!b",
        "/our-org/a$b",
        "/our-org/(a)",
        "/our-org/a*b",
        "/our-org/a'b",
        "/our-org/x;v=1",
        "/our-org/x;jsessionid=A1B2",
        "/our-org/x/./y",
        "/our-org/x/../y",
        "/our-org//x",
        "/our-org/%41",
        "/our-org/x%2fy",
        "/our-org/admin",
        "/our-org/info/refs",
        "/our-org/repo.git/git-upload-pack",
        "/our-org/v2/_catalog",
        "/our-org/releases/download/v1.0/x.tar.gz",
        "/our-org/a%2520b",
        "/our-org/0",
        "/our-org/x-y_z",
        "/our-org/%7Euser",
        "/our-org/x/"
      })
  void harmlessPathsPass(String path) {
    assertThat(said(ALLOWING.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("allow by org");
    assertThat(said(REFUSING.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("allow by all");
    assertThat(said(REFUSING_BUT.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("allow by all");
    assertThat(said(ALLOWING_BUT.decide(request("a.example", "GET", path))))
        .as(path)
        .isEqualTo("allow by but");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%61dmin/x", "/x/../admin/y", "/x/%2e%2e/admin/", "/admin;a=b/x"})
  void anExpressionIsAskedForEveryReading(String path) {
    Policy refusing =
        rules(
            "{name: no, when: 'request.path.startsWith(\"/admin/\")', action: deny}",
            "{name: all, action: allow}");
    assertThat(said(refusing.decide(request("a.example", "GET", path)))).isEqualTo("deny by no");
    Policy allowing =
        rules("{name: but, when: '!request.url.contains(\"/admin/\")', action: allow}");
    assertThat(said(allowing.decide(request("a.example", "GET", path))))
        .isEqualTo("deny by default");
  }
}
