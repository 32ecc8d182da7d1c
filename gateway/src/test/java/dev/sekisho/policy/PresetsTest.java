package dev.sekisho.policy;

import static dev.sekisho.policy.PolicyFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.net.DomainName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lists that come with the gateway, without a network. */
class PresetsTest {
  private static final Pattern CHECKED =
      Pattern.compile("(?m)^# Checked: (\\d{4}-\\d\\d-\\d\\d), ");
  private static final Pattern PINS = Pattern.compile("(?m)^# Pins certificates: .+$");
  private static final Pattern SOURCE = Pattern.compile("(?m)^#   [A-Za-z].*, .*/.*$");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "(^|[.-])(registry|registries|npm|pypi|maven|gems?|crates?|nuget|docker|containers?|conda|packages?|goproxy|ecr)([.-]|$)");

  /** Kept by hand: what a list is for does not follow from what is in it. */
  private static final String TABLE = "gateway/src/test/resources/dev/sekisho/policy/presets.txt";

  @TempDir Path state;

  /**
   * What a list is for, by example.
   *
   * @param has hosts that have to be in it
   * @param hasNot hosts that must not
   */
  private record Preset(String name, List<String> has, List<String> hasNot) {
    String file() {
      return "lists/presets/" + name + ".txt";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Preset> presets() throws IOException {
    List<Preset> presets = new ArrayList<>();
    for (String line : Files.readAllLines(root().resolve(TABLE))) {
      if (line.startsWith("[")) {
        String name = line.substring(1, line.length() - 1);
        presets.add(new Preset(name, new ArrayList<>(), new ArrayList<>()));
      } else if (line.startsWith("+ ")) {
        presets.getLast().has().add(line.substring(2));
      } else if (line.startsWith("- ")) {
        presets.getLast().hasNot().add(line.substring(2));
      } else {
        assertThat(line).matches("(#.*)?");
      }
    }
    return presets.stream();
  }

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("lists/presets")) ? here : here.resolve("..").normalize();
  }

  private static String text(Preset preset) throws IOException {
    return Files.readString(root().resolve(preset.file()));
  }

  private static List<String> entries(Preset preset) throws IOException {
    return text(preset)
        .lines()
        .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private Policy policy(String yaml) {
    Problems problems = new Problems();
    Policy policy = PolicyFixture.compile(yaml, root(), state, problems).orElseThrow();
    assertThat(problems.all().stream().map(Problem::toString)).noneMatch(p -> p.contains(".txt"));
    assertThat(PolicyFixture.errors(problems)).isEmpty();
    return policy;
  }

  private Policy allowing(Preset preset) {
    return policy(
        "lists: {updates: {file: "
            + preset.file()
            + "}}\npolicy: {rules: [{name: updates, to: {list: updates}, action: allow}]}\n");
  }

  @Test
  void everyListIsInThisTable() throws IOException {
    try (Stream<Path> files = Files.list(root().resolve("lists/presets"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              presets().map(preset -> preset.name() + ".txt").toList());
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void beginsWithWhatItIsForAndWhenItWasCheckedAgainstWhat(Preset preset) throws IOException {
    String header = text(preset).split("\n\n", 2)[0];
    assertThat(header.lines()).allMatch(line -> line.startsWith("#"));
    assertThat(header).startsWith("# ").contains("# Sources:\n");
    Matcher checked = CHECKED.matcher(header);
    assertThat(checked.results().count()).isEqualTo(1);
    checked.reset();
    assertThat(checked.find()).isTrue();
    assertThat(LocalDate.parse(checked.group(1))).isAfter(LocalDate.of(2026, 11, 1));
    assertThat(PINS.matcher(header).results().count()).isEqualTo(1);
    assertThat(SOURCE.matcher(header).results().count()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyLineIsACanonicalNameAndNoneIsThereTwice(Preset preset) throws Exception {
    List<String> entries = entries(preset);
    assertThat(entries).isNotEmpty().doesNotHaveDuplicates();
    Set<String> below = new HashSet<>();
    for (String entry : entries) {
      String name = entry.startsWith(".") ? entry.substring(1) : entry;
      assertThat(DomainName.parse(name).text()).isEqualTo(name);
      assertThat(name).as("a whole top-level domain").contains(".");
      if (entry.startsWith(".")) {
        below.add(name);
      }
    }
    List<String> covered = new ArrayList<>();
    for (String entry : entries) {
      String name = entry.startsWith(".") ? parent(entry.substring(1)) : entry;
      for (String at = name; !at.isEmpty(); at = parent(at)) {
        if (below.contains(at)) {
          covered.add(entry + " by ." + at);
        }
      }
    }
    assertThat(covered).isEmpty();
  }

  private static String parent(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void registriesOfPackagesAreLeftToTheOwnersOwnList(Preset preset) throws IOException {
    assertThat(entries(preset)).noneMatch(entry -> REGISTRY.matcher(entry).find());
  }

  @ParameterizedTest
  @MethodSource("presets")
  void hasWhatItsPurposeNeedsAndNothingElse(Preset preset) {
    Policy policy = allowing(preset);
    for (String host : preset.has()) {
      assertThat(policy.decide(facts(host))).as(host).isInstanceOf(Decision.Allow.class);
    }
    for (String host : preset.hasNot()) {
      assertThat(policy.decide(facts(host))).as(host).isInstanceOf(Decision.Deny.class);
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void explainTellsThatTheListHeld(Preset preset) {
    assertThat(allowing(preset).explain(facts(preset.has().getFirst())).lines())
        .anySatisfy(line -> assertThat(line).contains("allow  updates  (holds)"))
        .anySatisfy(line -> assertThat(line).contains("to.list updates: true"));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void aListThatSaysAllOfItPinsIsWhollyAmongThePinned(Preset preset) throws IOException {
    Preset pinned = presets().filter(one -> one.name().equals("pinned")).findFirst().orElseThrow();
    boolean all = text(preset).contains("\n# Pins certificates: yes, all of them");
    assertThat(all).isEqualTo(Set.of("red-hat", "macos-update", "pinned").contains(preset.name()));
    if (all) {
      assertThat(entries(pinned)).containsAll(entries(preset));
    }
  }

  @Test
  void whatIsPinnedStaysSealed() {
    Policy policy =
        policy(
            """
            lists: {pinned: {file: lists/presets/pinned.txt}}
            inspect: {never: [{name: pinned, list: pinned}]}
            policy: {rules: [{name: all, action: allow}]}
            """);
    assertThat(policy.seal(facts("gdmf.apple.com"))).isEqualTo(new Seal.Sealed("pinned"));
    assertThat(policy.seal(facts("www.apple.com"))).isInstanceOf(Seal.Open.class);
  }
}
