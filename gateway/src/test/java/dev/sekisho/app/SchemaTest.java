package dev.sekisho.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.data.inspect.Authority;
import dev.sekisho.policy.PolicyConfig;
import dev.sekisho.policy.list.FetchedList;
import dev.sekisho.testing.CertificateWorkshop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schema for editors and the readers of the configuration know the same keys and words. What
 * the readers know is asked of them: an unknown key or word, put into an example that has every key
 * of the schema, makes them say what they had expected there.
 */
class SchemaTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String STRANGE = "no-such-thing";
  private static final Pattern YAML_IN_A_PAGE = Pattern.compile("(?s)```yaml\n(.*?)```");
  private static final Pattern KNOWN_KEYS =
      Pattern.compile("unknown key 'no-such-thing' in .* Known here: (.*)\\.");
  private static final Pattern KNOWN_WORDS =
      Pattern.compile("(?:expected one of (.*), found|it is none of (.*)\\.)");

  private final Path docs = Path.of(Files.exists(Path.of("docs")) ? "docs" : "../docs");

  @TempDir Path folder;

  private SchemaWalk schema;
  private SchemaCheck check;
  private JsonNode everything;

  @BeforeEach
  void read() throws IOException {
    JsonNode written = JSON.readTree(docs.resolve("sekisho.schema.json").toFile());
    schema = new SchemaWalk(written);
    check = new SchemaCheck(written);
    try (InputStream in = SchemaTest.class.getResourceAsStream("everything.yaml")) {
      everything = tree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    Files.setPosixFilePermissions(
        Files.writeString(folder.resolve("users.htpasswd"), ""),
        PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("users.htgroup"), "developers:\n");
    Files.writeString(folder.resolve("unwanted.sha256"), "0f".repeat(32) + "  unwanted.exe\n");
    Files.writeString(
        folder.resolve("authority.pem"), Authority.make("node", Instant.now()).pemWithKey());
    Files.writeString(folder.resolve("quarantine.key"), "0f".repeat(32) + "\n");
    Files.writeString(folder.resolve("authority.secret"), "sesame\n");
    CertificateWorkshop.Made partner = CertificateWorkshop.origin("partner").selfSigned();
    Files.writeString(folder.resolve("partner.pem"), partner.pem());
    Files.writeString(folder.resolve("partner.key"), partner.keyPem());
    Files.writeString(folder.resolve("proxy.pem"), partner.pem());
    Files.writeString(folder.resolve("proxy.key"), partner.keyPem());
    Files.writeString(folder.resolve("partners.txt"), "partner.example\n");
    Path category = Files.createDirectories(folder.resolve("categories/finance"));
    Files.writeString(category.resolve("domains"), "bank.example\n");
    Path lists = Files.createDirectories(PolicyConfig.listFolder(folder.resolve("state")));
    Files.writeString(FetchedList.path(lists, "threats"), "threat.example\n");
  }

  /** The types are those of YAML's core schema, as in an editor. */
  private static JsonNode tree(String yaml) {
    return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }

  /** What the readers say; JSON is YAML too. */
  private List<Problem> problems(JsonNode configuration) throws IOException {
    Path file = Files.writeString(folder.resolve("sekisho.yaml"), configuration.toString());
    Problems problems = new Problems();
    Configuration.load(Optional.of(file), problems)
        .ifPresent(read -> read.policy().compile(folder.resolve("state"), problems));
    return problems.all();
  }

  @Test
  void everyKeyOfTheSchemaIsAcceptedByTheReaders() throws IOException {
    Set<String> used = new TreeSet<>();
    for (SchemaWalk.Site site : schema.objects(everything)) {
      site.value().propertyNames().forEach(key -> used.add(site.kind() + " " + key));
    }
    assertThat(used).containsAll(schema.keys());
    assertThat(problems(everything)).isEmpty();
  }

  @Test
  void everyKeyTheReadersAskForIsInTheSchema() throws IOException {
    Map<String, Set<String>> known = new TreeMap<>();
    for (SchemaWalk.Site site : schema.objects(everything)) {
      if (site.closed()) {
        site.value().put(STRANGE, 1);
        known.put(site.kind(), said(KNOWN_KEYS));
        site.value().remove(STRANGE);
        assertThat(known.get(site.kind())).as(site.kind()).isEqualTo(site.known());
      }
    }
    assertThat(known).hasSizeGreaterThan(20);
  }

  @Test
  void theWordsOfTheSchemaAreThoseTheReadersTake() throws IOException {
    Map<String, Set<String>> listed = new TreeMap<>();
    Map<String, Set<String>> taken = new TreeMap<>();
    for (SchemaWalk.Site site : schema.objects(everything)) {
      for (String key : List.copyOf(site.value().propertyNames())) {
        Set<String> words = site.words(key);
        if (!words.isEmpty()) {
          String kind = site.kind() + " " + key;
          listed.put(kind, words);
          taken.computeIfAbsent(kind, _ -> new TreeSet<>()).addAll(taken(site.value(), key));
        }
      }
    }
    assertThat(taken).isEqualTo(listed).hasSizeGreaterThan(8);
  }

  private Set<String> taken(ObjectNode section, String key) throws IOException {
    JsonNode before = section.get(key);
    section.put(key, STRANGE);
    Set<String> taken = new TreeSet<>();
    for (String word : said(KNOWN_WORDS)) {
      section.put(key, word);
      if (problems(everything).stream().noneMatch(SchemaTest::isError)) {
        taken.add(word);
      }
    }
    section.set(key, before);
    return taken;
  }

  private static boolean isError(Problem problem) {
    return problem.severity() == Problem.Severity.ERROR;
  }

  /** The names listed by the one message that has such a list. */
  private Set<String> said(Pattern list) throws IOException {
    String all = String.join("\n", problems(everything).stream().map(Problem::message).toList());
    Matcher matcher = list.matcher(all);
    assertThat(matcher.find()).as(all).isTrue();
    String names = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new TreeSet<>(List.of(names.split(", ")));
  }

  @Test
  void theDefaultsOfTheSchemaAreThoseOfTheReaders() throws IOException {
    ObjectNode written =
        schema.defaults(List.of("listen", "limits", "names", "origin", "scan", "journal"));
    Configuration usual = load("{}");
    Configuration same = load(written.toString());
    assertThat(written.toString()).contains("tunnel-idle", "negative-ttl", "per-origin", "mask");
    assertThat(same.listen()).isEqualTo(usual.listen());
    assertThat(same.limits()).isEqualTo(usual.limits());
    assertThat(same.names()).isEqualTo(usual.names());
    assertThat(same.origin()).isEqualTo(usual.origin());
    assertThat(same.scan()).isEqualTo(usual.scan());
    assertThat(same.journal()).isEqualTo(usual.journal());
  }

  private Configuration load(String text) throws IOException {
    Problems problems = new Problems();
    Path file = Files.writeString(folder.resolve("sekisho.yaml"), text);
    Configuration read = Configuration.load(Optional.of(file), problems).orElseThrow();
    assertThat(problems.all()).isEmpty();
    return read;
  }

  @Test
  void anEditorHasNothingToSayAgainstOurOwnConfigurations() throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(docs.resolveSibling("examples"))) {
      for (Path file : files.filter(f -> f.endsWith("sekisho.yaml")).toList()) {
        texts.add(Files.readString(file));
      }
    }
    texts.add(Files.readString(docs.resolveSibling("deploy").resolve("sekisho.yaml")));
    try (Stream<Path> pages = Files.list(docs)) {
      for (Path page : pages.filter(f -> f.toString().endsWith(".md")).toList()) {
        YAML_IN_A_PAGE
            .matcher(Files.readString(page))
            .results()
            .forEach(block -> texts.add(block.group(1)));
      }
    }
    assertThat(texts).hasSizeGreaterThan(8);
    assertThat(check.complaints(everything)).isEmpty();
    for (String text : texts) {
      assertThat(check.complaints(tree(text))).as(text).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit: {}",
        "limits: { connections: 0 }",
        "limits: { idle-timeout: 5 minutes }",
        "limits: { header-block: 1MB }",
        "listen: { proxy: 3128 }",
        "listen: { proxy-tls: { address: '127.0.0.1:3129' } }",
        "lists: { partners: { file: a, url: https://lists.example/a } }",
        "lists: { partners: { file: a, interval: 1h } }",
        "policy: { rules: [{ name: one }] }",
        "policy: { rules: [{ name: one, action: permit }] }",
        "policy: { rules: [{ name: one, action: allow, scan: some }] }",
        "identity: { realm: Sekisho }",
        "identity: { password-file: users.htpasswd, cache: often }",
        "policy: { rules: [{ name: one, action: allow, deliver: as-is }] }",
        "policy: { rules: [{ name: one, action: allow, to: { host: [] } }] }",
        "policy: { rules: [{ name: one, action: allow, to: { port: 70000 } }] }",
        "inspect: { never: [{ name: one, path: /a }] }",
        "inspect: { authority: { certificat: a.pem } }",
        "inspect: { authority: { passphrase: sesame } }",
        "scan: { antivirus: true }"
      })
  void whatTheReadersRefuseAnEditorUnderlines(String text) throws IOException {
    assertThat(problems(tree(text))).anyMatch(SchemaTest::isError);
    assertThat(check.complaints(tree(text))).isNotEmpty();
  }
}
