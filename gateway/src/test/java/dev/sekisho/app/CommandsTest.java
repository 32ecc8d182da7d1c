package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.testing.DnsStep;
import dev.sekisho.testing.ScriptedDns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  @TempDir Path folder = Path.of("");

  private String file(String yaml) throws IOException {
    Path file = folder.resolve("sekisho.yaml");
    Files.writeString(file, yaml);
    return file.toString();
  }

  private Said say(String command, String yaml, String... more) throws IOException {
    String[] arguments = new String[5 + more.length];
    arguments[0] = command;
    arguments[1] = "-c";
    arguments[2] = file(yaml);
    arguments[3] = "--state";
    arguments[4] = folder.resolve("state").toString();
    System.arraycopy(more, 0, arguments, 5, more.length);
    return Said.by(arguments);
  }

  @Test
  void theEmbeddedDefaultIsFine() {
    Said said = Said.by("check", "--state", folder.resolve("state").toString());
    assertThat(said.out()).contains("Fine: 1 rule, then deny. 0 warnings.");
    assertThat(said.status()).isEqualTo(Exit.FINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "examples/first/sekisho.yaml",
        "examples/https/sekisho.yaml",
        "deploy/sekisho.yaml"
      })
  void whatIsShippedAsAnExampleIsFine(String example) {
    Path file = top().resolve(example);
    Said said =
        Said.by("check", "-c", file.toString(), "--state", folder.resolve("state").toString());
    assertThat(said.status()).as(said.out()).isEqualTo(Exit.FINE);
    assertThat(said.out()).contains("Fine: ");
  }

  @Test
  void everyExampleIsTried() throws IOException {
    try (Stream<Path> all = Files.walk(top().resolve("examples"))) {
      assertThat(all.filter(file -> file.toString().endsWith(".yaml")))
          .as("add the new one to the test above")
          .hasSize(2);
    }
  }

  /** The repository, from wherever the tests are run. */
  private static Path top() {
    return Path.of(Files.exists(Path.of("../pom.xml")) ? ".." : "");
  }

  @Test
  void checkAndExplainMakeNoStateFolder() {
    String state = folder.resolve("state").toString();
    assertThat(Said.by("check", "--state", state).status()).isEqualTo(Exit.FINE);
    assertThat(Said.by("explain", "--state", state, "http://192.0.2.1/").status())
        .isEqualTo(Exit.DENIED);
    assertThat(Path.of(state)).doesNotExist();
  }

  @Test
  void everyMistakeIsReportedAtOnceWithItsPlace() throws IOException {
    Said said =
        say(
            "check",
            """
            listen: { proxy: "somewhere" }
            limits:
              header-blok: 64KiB
            policy:
              rules:
                - { name: a, to: { host: "bad host" }, action: allow }
                - { name: b, action: perhaps }
            names: { timeout: 5 }
            lists: { a: { url: "ftp://x/y" } }
            """);
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    String name = folder.resolve("sekisho.yaml").toString();
    assertThat(said.out())
        .contains(name + ":1:")
        .contains(
            name + ":3:3: error: unknown key 'header-blok' in limits. Did you mean 'header-block'?")
        .contains(name + ":6:")
        .contains(name + ":7:")
        .contains(name + ":8:")
        .contains(name + ":9:20: error: lists.a.url: expected an http or https URL");
  }

  @Test
  void aFileThatIsNotYamlIsNamedWithLineAndColumn() throws IOException {
    Said said = say("check", "policy: [\n  - {\n");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.out()).containsPattern("sekisho\\.yaml:[0-9]+:[0-9]+: error: this is not YAML");
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    Said said =
        Said.by(
            "check",
            "-c",
            folder.resolve("nothing.yaml").toString(),
            "--state",
            folder.resolve("state").toString());
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.out()).contains("nothing.yaml: error: cannot be read: there is no such file");
  }

  @Test
  void aSectionOfALaterVersionIsRefusedAndNotIgnored() throws IOException {
    Said said =
        say("check", "routes: [ { to: x, through: p } ]\nparents: { p: { url: 'http://x:1' } }\n");
    assertThat(said.out())
        .contains("the section 'routes' is not in this version")
        .contains("the section 'parents' is not in this version");
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
  }

  @Test
  void explainTellsTheWalkAndTheStatusTellsTheDecision() throws IOException {
    String yaml =
        """
        policy:
          rules:
            - { name: no admin, to: { host: a.example, path: /admin/** }, action: deny }
            - { name: a, to: { host: a.example }, action: allow }
        """;
    Said allowed = say("explain", yaml, "--address", "93.184.215.14", "http://a.example/x");
    assertThat(allowed.status()).as(allowed.out() + allowed.err()).isEqualTo(Exit.FINE);
    assertThat(allowed.out()).contains("no admin").contains("allow: The rule 'a' allows it");
    Said denied =
        say("explain", yaml, "--address", "93.184.215.14", "http://a.example/x/%2e%2e/admin/y");
    assertThat(denied.status()).isEqualTo(Exit.DENIED);
    Said sealed = say("explain", yaml, "a.example:443");
    assertThat(sealed.status())
        .as("the path inside TLS is unknowable, and counts against the request")
        .isEqualTo(Exit.DENIED);
    Said internal = say("explain", yaml, "--address", "10.0.0.1", "http://a.example/x");
    assertThat(internal.status()).isEqualTo(Exit.DENIED);
    assertThat(internal.out())
        .contains("'special-purpose addresses'")
        .contains("a.example is not for the internet (private)");
  }

  @Test
  void explainRefusesAsTheGatewayDoesWhatANameHidesFromPolicy() {
    Said said =
        Said.by("explain", "--state", folder.resolve("state").toString(), "http://localhost:9/");
    assertThat(said.status()).as(said.out() + said.err()).isEqualTo(Exit.DENIED);
    assertThat(said.out())
        .contains("localhost resolves to")
        .contains("deny: 'special-purpose addresses': The address of localhost");
  }

  @Test
  void explainAsksTheNameServersOfTheFile() throws IOException {
    try (ScriptedDns dns = ScriptedDns.start()) {
      dns.on("a.test", ScriptedDns.Type.A, DnsStep.addresses(3600, "93.184.215.14"));
      String names = "names: { resolver: '" + dns.authority() + "' }\n";
      Said open = say("explain", names + "policy: { default: allow }", "http://a.test/");
      assertThat(open.status()).as(open.out() + open.err()).isEqualTo(Exit.FINE);
      assertThat(open.out()).contains("a.test resolves to 93.184.215.14.");
      Said unknown = say("explain", names + "policy: { default: allow }", "http://b.test/");
      assertThat(unknown.status()).isEqualTo(Exit.FINE);
      assertThat(unknown.out()).contains("b.test").contains("policy's answer without an address");
      String byAddress =
          "policy: { rules: [ { name: a, to: { address: 192.0.2.0/24 }, action: allow } ] }";
      Said needed = say("explain", names + byAddress, "http://b.test/");
      assertThat(needed.status()).isEqualTo(Exit.USER_ERROR);
      assertThat(needed.err()).contains("give it with --address");
    }
  }

  @Test
  void aUrlThatCannotBeAskedForIsTheUsersMistake() throws IOException {
    assertThat(say("explain", "policy: { default: deny }", "http://u:p@a.example/").status())
        .isEqualTo(Exit.USER_ERROR);
    assertThat(
            say("explain", "policy: { default: deny }", "--at", "noon", "http://a.example/")
                .status())
        .isEqualTo(Exit.USER_ERROR);
  }

  @Test
  void unknownCommandsAndOptionsAreUsage() {
    assertThat(Said.by("fly").status()).isEqualTo(Exit.USAGE);
    assertThat(Said.by("check", "--colour").status()).isEqualTo(Exit.USAGE);
    assertThat(Said.by().status()).isEqualTo(Exit.USAGE);
    assertThat(Said.by("--help").status()).isEqualTo(Exit.FINE);
  }

  @Test
  void logWithoutAJournalSaysWhereItLooked() {
    Said said = Said.by("log", "--state", folder.resolve("elsewhere").toString());
    assertThat(said.status()).isEqualTo(Exit.USER_ERROR);
    assertThat(said.err()).contains("There is no journal in").contains("elsewhere");
  }

  @Test
  void theVersionIsTheOneOfThePom() throws IOException {
    assertThat(Files.readString(top().resolve("pom.xml")))
        .contains("<version>" + Version.TEXT + "</version>");
  }
}
