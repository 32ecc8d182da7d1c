package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Explaining an https URL: who is asked, whether TLS is opened, and the request inside. */
class ExplainHttpsTest {
  private static final String HASH = "$2y$10$abcdefghijklmnopqrstuuwmjOOgyx/jknFqeF8sHrF2cGgSECl/q";
  private static final String IDENTITY =
      "identity: { password-file: users.htpasswd, group-file: users.htgroup }\n";

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void users() throws IOException {
    Path passwords = Files.writeString(folder.resolve("users.htpasswd"), "ann:" + HASH + "\n");
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("users.htgroup"), "dev: ann\nops:\n");
  }

  private Said explain(String yaml, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("sekisho.yaml"), yaml);
    List<String> all = new ArrayList<>(List.of("explain", "-c", file.toString(), "--state"));
    all.add(folder.resolve("state").toString());
    if (!List.of(more).contains("--address")) {
      all.addAll(List.of("--address", "93.184.215.14"));
    }
    all.addAll(List.of(more));
    return Said.by(all.toArray(String[]::new));
  }

  @Test
  void tellsTheConnectWhyTlsIsOpenedAndTheRequestInside() throws IOException {
    String yaml =
        """
        policy:
          rules:
            - { name: repo, to: { host: a.example, path: /our/** }, method: GET, action: allow }
        """;
    Said allowed = explain(yaml, "https://a.example/our/x");
    assertThat(allowed.status()).as(allowed.out() + allowed.err()).isEqualTo(Exit.FINE);
    assertThat(allowed.out())
        .contains("CONNECT a.example:443")
        .contains("TLS is opened because the rule 'repo' needs the URL.")
        .contains("GET /our/x inside it")
        .contains("allow: The rule 'repo' allows it");
    assertThat(explain(yaml, "https://a.example/other").status()).isEqualTo(Exit.DENIED);
    assertThat(explain(yaml, "--method", "POST", "https://a.example/our/x").status())
        .isEqualTo(Exit.DENIED);
    Said other = explain(yaml, "https://b.example/");
    assertThat(other.status()).isEqualTo(Exit.DENIED);
    assertThat(other.out()).contains("TLS is opened because the refusal is shown inside.");
  }

  @Test
  void tellsWhatKeepsTlsClosed() throws IOException {
    String rule = "policy: { rules: [{ name: all, action: allow%s }] }\n";
    Said sealed =
        explain(
            rule.formatted("") + "inspect: { never: [{ name: banks, host: .example }] }\n",
            "https://a.example/x");
    assertThat(sealed.status()).isEqualTo(Exit.FINE);
    assertThat(sealed.out())
        .contains("TLS stays closed: 'banks' of inspect.never seals it.")
        .doesNotContain("inside it");
    Said plain = explain(rule.formatted(", scan: none, log: host"), "https://a.example/x");
    assertThat(plain.out()).contains("TLS stays closed: nothing needs it open.");
    assertThat(plain.status()).isEqualTo(Exit.FINE);
    assertThat(explain(rule.formatted(""), "https://a.example/x").out())
        .contains("TLS is opened because the rule 'all' has bodies scanned.");
  }

  @Test
  void whoIsAskedAtTheConnectAndKnownInside() throws IOException {
    String yaml =
        IDENTITY
            + """
            policy:
              rules:
                - { name: docs, to: { path: /docs/** }, action: allow }
                - { name: staff, who: { groups: dev }, to: { path: /our/** }, action: allow }
            """;
    Said nobody = explain(yaml, "https://a.example/docs/x");
    assertThat(nobody.status()).isEqualTo(Exit.DENIED);
    assertThat(nobody.out())
        .contains("The rule 'staff' cannot be decided before it is known who asks.")
        .contains("asked who it is (407)");
    Said ann = explain(yaml, "--user", "ann", "https://a.example/our/x");
    assertThat(ann.status()).as(ann.out() + ann.err()).isEqualTo(Exit.FINE);
    assertThat(ann.out()).contains("found dev").contains("allow: The rule 'staff'");
    Said ops = explain(yaml, "--user", "ann", "--groups", "ops", "https://a.example/our/x");
    assertThat(ops.status()).isEqualTo(Exit.DENIED);
    Said stranger = explain(yaml, "--user", "eve", "https://a.example/our/x");
    assertThat(stranger.out()).contains("There is no user 'eve' in the password file.");
    assertThat(stranger.status()).isEqualTo(Exit.DENIED);
  }

  @Test
  void aPlainRequestIsAskedWhereARuleNeedsIt() throws IOException {
    String yaml =
        IDENTITY + "policy: { rules: [{ name: staff, who: { users: ann }, action: allow }] }\n";
    assertThat(explain(yaml, "http://a.example/").out()).contains("asked who it is (407)");
    assertThat(explain(yaml, "--user", "ann", "http://a.example/").status()).isEqualTo(Exit.FINE);
    assertThat(explain(yaml, "--user", "ann", "a.example:443").status()).isEqualTo(Exit.FINE);
    assertThat(explain(yaml, "a.example:443").status()).isEqualTo(Exit.DENIED);
  }

  @Test
  void aSpecialAddressIsRefusedInsideToo() throws IOException {
    Said said =
        explain("policy: { default: allow }", "--address", "10.0.0.1", "https://a.example/x");
    assertThat(said.status()).isEqualTo(Exit.DENIED);
    assertThat(said.out()).contains("'special-purpose addresses'");
  }

  @Test
  void rulesThatAskForStrangersAreWarnedOf() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            IDENTITY
                + "policy: { rules: [{ name: a, who: { groups: [dev, devs], users: [ann, eve] }, action: allow }] }\n");
    Said said =
        Said.by("check", "-c", file.toString(), "--state", folder.resolve("state").toString());
    assertThat(said.status()).isEqualTo(Exit.FINE);
    assertThat(said.out())
        .contains(
            "the rule 'a' asks for the group 'devs', which identity's groups do not have. Did you mean 'dev'?")
        .contains("the rule 'a' asks for the user 'eve', which identity's users do not have.")
        .contains("2 warnings");
  }

  @Test
  void withoutIdentityRulesThatAskWhoAreWarnedOf() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sekisho.yaml"),
            "policy: { rules: [{ name: a, who: { groups: dev }, to: { path: /x }, action: allow }] }\n");
    Said said =
        Said.by("check", "-c", file.toString(), "--state", folder.resolve("state").toString());
    assertThat(said.out())
        .contains(
            "who.groups cannot be known without the section 'identity', for nobody is asked who they are, "
                + "so the rule 'a' cannot allow anything there.")
        .contains("1 warning.");
  }
}
