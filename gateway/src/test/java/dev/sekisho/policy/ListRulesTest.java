package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.WEDNESDAY_MORNING;
import static dev.sekisho.policy.PolicyFixture.facts;
import static dev.sekisho.policy.PolicyFixture.policy;
import static dev.sekisho.policy.PolicyFixture.request;
import static dev.sekisho.policy.PolicyFixture.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problems;
import dev.sekisho.policy.list.FetchedList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists and categories in rules. */
class ListRulesTest {
  @TempDir Path folder;

  @BeforeEach
  void lists() throws IOException {
    Files.writeString(
        folder.resolve("partners.txt"), "partner.example\n.friends.example\n10.20.0.0/16\n");
    for (String category : new String[] {"finance", "malware", "notes"}) {
      Files.createDirectories(folder.resolve("ut1").resolve(category));
    }
    Files.writeString(folder.resolve("ut1/finance/domains"), "bank.example\n");
    Files.writeString(folder.resolve("ut1/malware/domains"), "evil.example\n192.0.2.66\n");
    Files.writeString(
        folder.resolve("ut1/malware/urls"), "pages.example/~evil\nbank.example/evil\n");
    Files.writeString(folder.resolve("ut1/notes/usage"), "not a category\n");
  }

  private Policy compiled(String rules) {
    return policy(
        "lists: {partners: {file: partners.txt}}\ncategories: {folder: ut1}\n" + rules,
        folder,
        folder.resolve("state"));
  }

  @Test
  void aHostOfAListIsKnownFromTheStart() {
    Policy policy = compiled("policy: {rules: [{name: p, to: {list: partners}, action: allow}]}");
    assertThat(said(policy.decide(facts("partner.example")))).isEqualTo("allow by p");
    assertThat(said(policy.decide(facts("x.partner.example")))).isEqualTo("deny by default");
    assertThat(said(policy.decide(facts("x.friends.example")))).isEqualTo("allow by p");
    assertThat(said(policy.decide(facts("10.20.3.4")))).isEqualTo("allow by p");
    assertThat(said(policy.decide(facts("10.21.3.4")))).isEqualTo("deny by default");
  }

  @Test
  void aUrlOfACategoryNeedsTheRequestOnlyOnItsOwnHost() {
    Policy policy =
        compiled(
            "policy: {rules: [{name: bad, to: {category: malware}, action: deny}, {name: all, action: allow}]}");
    assertThat(said(policy.decide(facts("www.evil.example")))).isEqualTo("deny by bad");
    assertThat(said(policy.decide(facts("192.0.2.66")))).isEqualTo("deny by bad");
    assertThat(said(policy.decide(facts("a.example")))).isEqualTo("allow by all");
    assertThat(said(policy.decide(facts("pages.example")))).isEqualTo("learn REQUEST for bad");
    assertThat(said(policy.decide(request("pages.example", "GET", "/~evil/x"))))
        .isEqualTo("deny by bad");
    assertThat(said(policy.decide(request("pages.example", "GET", "/x/../%7eevil"))))
        .isEqualTo("deny by bad");
    assertThat(said(policy.decide(request("pages.example", "GET", "/~good"))))
        .isEqualTo("allow by all");
    Facts sealed = facts("pages.example");
    sealed.requestUnknowable();
    assertThat(said(policy.decide(sealed))).isEqualTo("deny by bad");
  }

  @Test
  void anAllowanceByUrlNeedsEveryReading() {
    Policy policy =
        compiled("policy: {rules: [{name: odd, to: {category: malware}, action: allow}]}");
    assertThat(said(policy.decide(request("pages.example", "GET", "/~evil/x"))))
        .isEqualTo("allow by odd");
    assertThat(said(policy.decide(request("pages.example", "GET", "/~evil/../x"))))
        .isEqualTo("deny by default");
  }

  @Test
  void theCategoriesOfWhatIsAskedForAreTold() {
    Policy policy = compiled("policy: {}");
    assertThat(policy.categories(facts("www.bank.example"))).containsExactly("finance");
    assertThat(policy.categories(request("bank.example", "GET", "/evil")))
        .containsExactly("finance", "malware");
    assertThat(policy.categories(facts("partner.example"))).isEmpty();
  }

  @Test
  void neverInspectsACategoryByItsNamesAlone() {
    Policy policy =
        compiled(
            "inspect: {never: [{name: banks stay sealed, category: finance}, {name: odd, category: malware}]}");
    assertThat(policy.seal(facts("www.bank.example")))
        .isEqualTo(new Seal.Sealed("banks stay sealed"));
    assertThat(policy.seal(facts("pages.example"))).isEqualTo(new Seal.Open());
  }

  @Test
  void aListThatWasNeverFetchedFailsClosed() {
    String yaml = "lists: {feed: {url: 'https://lists.example/feed'}}\npolicy: {rules: [";
    Problems problems = new Problems();
    Policy deny =
        PolicyFixture.compile(
                yaml + "{name: no, to: {list: feed}, action: deny}, {name: all, action: allow}]}",
                folder,
                folder.resolve("state"),
                problems)
            .orElseThrow();
    assertThat(said(deny.decide(facts("a.example")))).isEqualTo("deny by no");
    assertThat(problems.all())
        .singleElement()
        .asString()
        .contains("the list 'feed' was not fetched yet");
    Policy allow =
        policy(
            yaml + "{name: yes, to: {list: feed}, action: allow}]}",
            folder,
            folder.resolve("state"));
    assertThat(said(allow.decide(facts("a.example")))).isEqualTo("deny by default");
  }

  @Test
  void aStaleListFailsClosedUnlessItIsToBeKept() throws IOException {
    Path fetched = FetchedList.path(PolicyConfig.listFolder(folder.resolve("state")), "feed");
    Files.createDirectories(fetched.getParent());
    Files.writeString(fetched, "bad.example\n");
    String rules =
        "policy: {rules: [{name: no, to: {list: feed}, action: deny}, {name: all, action: allow}]}";
    String refusing = "lists: {feed: {url: 'https://lists.example/feed', max-age: 2d}}\n" + rules;
    String keeping =
        "lists: {feed: {url: 'https://lists.example/feed', max-age: 2d, when-stale: keep}}\n"
            + rules;
    long day = TimeUnit.DAYS.toMicros(1);
    Files.setLastModifiedTime(
        fetched, FileTime.from(WEDNESDAY_MORNING - day, TimeUnit.MICROSECONDS));
    assertThat(said(policy(refusing, folder, folder.resolve("state")).decide(facts("a.example"))))
        .isEqualTo("allow by all");
    assertThat(said(policy(refusing, folder, folder.resolve("state")).decide(facts("bad.example"))))
        .isEqualTo("deny by no");
    Files.setLastModifiedTime(
        fetched, FileTime.from(WEDNESDAY_MORNING - 3 * day, TimeUnit.MICROSECONDS));
    assertThat(said(policy(refusing, folder, folder.resolve("state")).decide(facts("a.example"))))
        .isEqualTo("deny by no");
    assertThat(said(policy(keeping, folder, folder.resolve("state")).decide(facts("a.example"))))
        .isEqualTo("allow by all");
  }

  @Test
  void rulesOfOneHostAreFoundWithThoseOfItsListsInOrder() {
    Policy policy =
        compiled(
            """
            policy:
              rules:
                - {name: other, to: {host: x.friends.example, port: 1}, action: deny}
                - {name: list, to: {list: partners, port: 2}, action: deny}
                - {name: port, to: {port: 3}, action: deny}
                - {name: below, to: {host: .friends.example, port: 443}, action: allow}
                - {name: rest, action: deny}
            """);
    assertThat(said(policy.decide(facts("x.friends.example", 1)))).isEqualTo("deny by other");
    assertThat(said(policy.decide(facts("x.friends.example", 2)))).isEqualTo("deny by list");
    assertThat(said(policy.decide(facts("x.friends.example", 3)))).isEqualTo("deny by port");
    assertThat(said(policy.decide(facts("x.friends.example", 443)))).isEqualTo("allow by below");
    assertThat(said(policy.decide(facts("friends.example", 1)))).isEqualTo("deny by rest");
  }
}
