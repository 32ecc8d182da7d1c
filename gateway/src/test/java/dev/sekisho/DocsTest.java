package dev.sekisho;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Pages drift when nothing checks them. Whatever a page names in a way that can be looked up (a
 * link, a path, a class, a command, a target of make, a configuration key) must exist.
 */
class DocsTest {
  private static final Sources SOURCES = Sources.find();

  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```\\s*?$");
  private static final Pattern TICKS = Pattern.compile("`([^`\n]+)`");
  private static final Pattern INDENTED =
      Pattern.compile("(?m)^ {4}((?:\\./|\\w+ )?(?:sekisho|make) .*)$");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern COMMAND =
      Pattern.compile("(?:^|[\\s(])(?:\\./|/usr/bin/)?sekisho ([a-z][a-z-]*)");
  private static final Pattern MAKE = Pattern.compile("(?:^|\\s)make ([a-z][a-z-]*)");
  private static final Pattern PATH = Pattern.compile("\\.?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?");
  private static final Pattern CLASS =
      Pattern.compile("([A-Z][A-Za-z0-9]*)([.#][a-zA-Z0-9]+)*(\\(\\))?");
  private static final Pattern SECTION_KEY =
      Pattern.compile(
          "(listen|limits|devices|identity|lists|categories|policy|inspect|origin|names|routes|parents|scan|journal|nat)((\\.[a-z][a-z0-9-]*)+)");
  private static final Set<String> FILE_ENDINGS =
      Set.of("md", "java", "yaml", "yml", "xml", "txt", "json", "pem", "sh", "service", "log");

  @Test
  void linksLeadSomewhere() {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      String text = FENCE.matcher(SOURCES.read(page)).replaceAll("");
      for (String target : found(LINK, text)) {
        if (!target.matches("[a-z]+:.*") && !leadsSomewhere(page, target)) {
          broken.add(page + " -> " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void filesAndFoldersThatAreNamedExist() {
    Set<String> fileNames = new HashSet<>();
    SOURCES.below("", "").forEach(file -> fileNames.add(file.getFileName().toString()));
    List<String> missing =
        inTicks(
            PATH,
            name -> {
              if (name.endsWith(".java")) {
                return name.contains("/") ? existsSomewhere(name) : fileNames.contains(name);
              }
              return !name.contains("/") || !isOurs(name) || existsSomewhere(name);
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void classesThatAreNamedExist() throws IOException {
    Set<String> known = new HashSet<>();
    SOURCES
        .java()
        .forEach(file ->
            known.addAll(
                found(
                    Pattern.compile("(?:class|record|interface|enum) ([A-Z]\\w*)"),
                    SOURCES.read(file))));
    known.addAll(ClassNames.ofTheJdkAndLibraries());
    // Words of other formats, such as a unit's TimeoutStopSec.
    SOURCES
        .below("deploy", "")
        .forEach(
            file -> known.addAll(found(Pattern.compile("\\b([A-Z]\\w+)"), SOURCES.read(file))));
    List<String> missing =
        inTicks(
            CLASS,
            name -> {
              Matcher parts = CLASS.matcher(name);
              assertThat(parts.matches()).isTrue();
              boolean looksLikeAClass =
                  parts.group(1).matches("[A-Z][a-z0-9]+[A-Z]\\w*") || parts.group(2) != null;
              return !looksLikeAClass
                  || FILE_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
                  || known.contains(parts.group(1));
            });
    assertThat(missing).isEmpty();
  }

  @Test
  void nothingIsLeftOfAMerge() {
    Pattern mark = Pattern.compile("(?m)^(<{7}|={7}|>{7})(?: .*)?$");
    assertThat(pages().stream().filter(page -> mark.matcher(SOURCES.read(page)).find())).isEmpty();
  }

  @Test
  void commandsThatAreShownExist() {
    Set<String> commands = new HashSet<>(Set.of("help"));
    for (Path file : SOURCES.below("gateway/src/main/java/dev/sekisho/app", ".java")) {
      commands.addAll(
          found(
              Pattern.compile("(?s)@Command\\([^)]*?\\bname = \"([a-z-]+)\""), SOURCES.read(file)));
    }
    assertThat(named(COMMAND, word -> !commands.contains(word))).isEmpty();
  }

  @Test
  void targetsOfMakeThatAreShownExist() {
    Set<String> targets =
        Set.copyOf(
            found(Pattern.compile("(?m)^([a-z][a-z-]*):"), SOURCES.read(Path.of("Makefile"))));
    assertThat(targets).contains("help", "test");
    assertThat(named(MAKE, word -> !targets.contains(word))).isEmpty();
  }

  @Test
  void configurationKeysThatAreNamedAreRead() {
    StringBuilder code = new StringBuilder();
    SOURCES.below("gateway/src/main", ".java").forEach(file -> code.append(SOURCES.read(file)));
    List<String> missing =
        inTicks(
            SECTION_KEY,
            name -> {
              if (FILE_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                return true;
              }
              return Stream.of(name.split("\\."))
                  .allMatch(key -> code.indexOf('"' + key + '"') >= 0);
            });
    assertThat(missing).isEmpty();
  }

  /** The pages of the checkout; the log of changes speaks of the past and is not among them. */
  private static List<Path> pages() {
    List<Path> pages =
        SOURCES.below("", ".md").stream().filter(page -> !page.endsWith("CHANGELOG.md")).toList();
    assertThat(pages).contains(Path.of("README.md"), Path.of("docs/README.md"));
    return pages;
  }

  /** Names in backticks, outside code blocks, that match wholly and do not pass the check. */
  private static List<String> inTicks(Pattern shape, Predicate<String> check) {
    List<String> wrong = new ArrayList<>();
    for (Path page : pages()) {
      for (String name : found(TICKS, FENCE.matcher(SOURCES.read(page)).replaceAll(""))) {
        if (shape.matcher(name).matches() && !check.test(name)) {
          wrong.add(page + ": " + name);
        }
      }
    }
    return wrong;
  }

  /**
   * First groups of a pattern in code, be it a block or in backticks, that the check calls wrong.
   */
  private static List<String> named(Pattern shape, Predicate<String> wrong) {
    List<String> result = new ArrayList<>();
    for (Path page : pages()) {
      String text = SOURCES.read(page);
      List<String> code = new ArrayList<>();
      FENCE.matcher(text).results().forEach(block -> code.addAll(block.group().lines().toList()));
      String prose = FENCE.matcher(text).replaceAll("");
      code.addAll(found(TICKS, prose));
      code.addAll(found(INDENTED, prose));
      for (String line : code) {
        found(shape, line).stream()
            .filter(wrong)
            .forEach(word -> result.add(page + ": " + word + " in: " + line.strip()));
      }
    }
    return result;
  }

  private static boolean leadsSomewhere(Path page, String target) {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!Files.exists(SOURCES.root().resolve(file))) {
      return false;
    }
    return parts.length == 1 || anchors(file).contains(parts[1]);
  }

  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    for (String heading : found(HEADING, FENCE.matcher(SOURCES.read(page)).replaceAll(""))) {
      String words = heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "");
      anchors.add(words.strip().replace(' ', '-'));
    }
    return anchors;
  }

  /**
   * Whether a path begins with a folder of the checkout or a package, so that it must be one of
   * ours.
   */
  private static boolean isOurs(String name) {
    String first = name.substring(0, name.indexOf('/'));
    return !first.isEmpty()
        && !Set.of(".", "..", "var", "dist", "target").contains(first)
        && existsSomewhere(first)
        && !name.contains("/target");
  }

  private static boolean existsSomewhere(String name) {
    return Stream.of(
            "",
            "gateway/",
            "gateway/src/main/java/dev/sekisho/",
            "gateway/src/test/java/dev/sekisho/",
            "gateway/src/main/java/",
            "backoffice/src/main/java/dev/sekisho/backoffice/")
        .anyMatch(top -> Files.exists(SOURCES.root().resolve(top + name)));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }
}
