package dev.sekisho.policy;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problem;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.net.Cidr;
import dev.sekisho.net.CidrSet;
import dev.sekisho.net.MalformedException;
import dev.sekisho.policy.list.CompiledLists;
import dev.sekisho.policy.list.FetchedList;
import dev.sekisho.policy.list.ListSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The sections {@code policy}, {@code inspect}, {@code devices}, {@code lists} and {@code
 * categories} of a configuration, as they were when it was read. {@link #compile} makes a {@link
 * Policy} of them, and may be called again when a list has changed, without looking at the
 * configuration's file again: a change there takes effect when the operator says so.
 */
public final class PolicyConfig {
  private final Map<String, Node> sections;
  private final Mark mark;
  private final Path folder;
  private final List<ListsReader.Declared> declared;
  private final Obligations.Scan scan;

  private PolicyConfig(
      Map<String, Node> sections,
      Mark mark,
      Path folder,
      List<ListsReader.Declared> declared,
      Obligations.Scan scan) {
    this.scan = scan;
    this.sections = sections;
    this.mark = mark;
    this.folder = folder;
    this.declared = declared;
  }

  /**
   * Reads the sections from the configuration's root, which the caller ends. Problems with {@code
   * lists} and {@code categories} are reported now, those with the others by {@link #compile}.
   *
   * @param folder where relative paths start from: the folder of the configuration's file
   * @param scan what a rule that does not say {@code scan} obliges ({@code scan.default})
   */
  public static PolicyConfig read(Section root, Path folder, Obligations.Scan scan) {
    Map<String, Node> sections = new java.util.HashMap<>();
    for (String key : List.of("policy", "inspect", "devices")) {
      root.node(key).ifPresent(node -> sections.put(key, node));
    }
    ListsReader reader = new ListsReader(folder, root.problems());
    List<ListsReader.Declared> declared = new ArrayList<>(reader.lists(root.named("lists")));
    root.section("categories").ifPresent(section -> declared.addAll(reader.categories(section)));
    return new PolicyConfig(Map.copyOf(sections), root.mark(), folder, List.copyOf(declared), scan);
  }

  /** The lists that have to be fetched by URL. */
  public List<FetchedList> fetched() {
    List<FetchedList> all = new ArrayList<>();
    for (ListsReader.Declared one : declared) {
      if (one instanceof ListsReader.Declared.Fetched fetched) {
        all.add(fetched.list());
      }
    }
    return all;
  }

  /**
   * Compiles rules and lists.
   *
   * @param state the state folder: the compiled index of names, its key and fetched lists are in
   *     {@code lists} below it
   * @param problems receives every error and warning
   * @return empty when there was any error
   */
  public Optional<Policy> compile(Path state, Problems problems) {
    Problems found = new Problems();
    Optional<Policy> policy = compileInto(listFolder(state), found);
    for (Problem problem : found.all()) {
      switch (problem.severity()) {
        case ERROR -> problems.error(problem.mark(), problem.message());
        case WARNING -> problems.warning(problem.mark(), problem.message());
      }
    }
    return found.hasErrors() ? Optional.empty() : policy;
  }

  /** Where lists are kept below the state folder. */
  public static Path listFolder(Path state) {
    return state.resolve("lists");
  }

  private Optional<Policy> compileInto(Path lists, Problems found) {
    List<Catalogue.Entry> entries = new ArrayList<>();
    List<ListSource> sources = new ArrayList<>();
    for (ListsReader.Declared one : declared) {
      entries.add(entry(one, entries.size(), lists, sources, found));
    }
    CompiledLists compiled;
    try {
      compiled =
          entries.isEmpty()
              ? CompiledLists.none()
              : CompiledLists.open(sources, entries.size(), lists, found);
    } catch (IOException | IllegalStateException e) {
      found.error(mark, "the lists cannot be compiled into " + lists + ": " + e + ".");
      return Optional.empty();
    }
    Section policy = section("policy", found);
    Section inspect = section("inspect", found);
    Tables tables = new Tables(compiled, new Catalogue(List.copyOf(entries)), devices(found));
    CelEnvironments expressions = new CelEnvironments(zone(policy));
    RuleReader reader = new RuleReader(found, scan);
    List<Rule> rules =
        reader.rules(
            policy, new ConditionReader(tables, expressions, ConditionReader.Scope.EVERYTHING));
    policy.end();
    List<Rule> never =
        reader.never(
            inspect, new ConditionReader(tables, expressions, ConditionReader.Scope.BEFORE_TLS));
    // the others are read by the capability of that name
    List.of("authority", "cannot-open", "first-bytes", "handshake-timeout").forEach(inspect::has);
    inspect.end();
    return found.hasErrors() ? Optional.empty() : Optional.of(new Policy(tables, rules, never));
  }

  private Section section(String name, Problems found) {
    Node node = sections.get(name);
    Section absent = Section.absent(name, mark, found);
    return node == null ? absent : absent.asSection(name, node).orElse(absent);
  }

  private static ZoneId zone(Section policy) {
    return policy
        .value(
            "time-zone",
            (text, place) -> {
              try {
                return Optional.of(ZoneId.of(text));
              } catch (DateTimeException _) {
                return policy.wrong(
                    place, "time-zone", text, "a time zone such as Asia/Tokyo, UTC or +09:00");
              }
            })
        .orElse(ZoneId.of("UTC"));
  }

  private Devices devices(Problems found) {
    Section section = section("devices", found);
    List<Devices.Device> all = new ArrayList<>();
    for (String name : section.keys()) {
      List<Cidr> ranges =
          section.values(
              name,
              (text, place) -> {
                try {
                  return Optional.of(Cidr.parse(text));
                } catch (MalformedException e) {
                  found.error(
                      place,
                      "devices."
                          + name
                          + ": '"
                          + text
                          + "' is not an address or a range because "
                          + e.reason()
                          + ".");
                  return Optional.empty();
                }
              });
      if (section.items(name).isEmpty()) {
        found.error(section.markOf(name), "devices." + name + " has no address.");
      }
      all.add(new Devices.Device(name, CidrSet.of(ranges)));
    }
    section.end();
    return new Devices(List.copyOf(all));
  }

  private static Catalogue.Entry entry(
      ListsReader.Declared declared,
      int number,
      Path lists,
      List<ListSource> sources,
      Problems found) {
    return switch (declared) {
      case ListsReader.Declared.File file -> {
        sources.add(new ListSource(number, file.format(), file.path(), file.path().toString()));
        yield new Catalogue.Entry(Catalogue.Kind.LIST, file.name(), Catalogue.ALWAYS);
      }
      case ListsReader.Declared.Category category -> {
        category
            .sources()
            .forEach(s -> sources.add(new ListSource(number, s.format(), s.path(), s.label())));
        yield new Catalogue.Entry(Catalogue.Kind.CATEGORY, category.name(), Catalogue.ALWAYS);
      }
      case ListsReader.Declared.Fetched fetched ->
          fetchedEntry(fetched, number, lists, sources, found);
    };
  }

  private static Catalogue.Entry fetchedEntry(
      ListsReader.Declared.Fetched fetched,
      int number,
      Path lists,
      List<ListSource> sources,
      Problems found) {
    Path path = FetchedList.path(lists, fetched.name());
    if (!Files.isRegularFile(path)) {
      found.warning(
          fetched.mark(),
          "the list '"
              + fetched.name()
              + "' was not fetched yet; until it is, whether a host is in it "
              + "cannot be known, which counts against every request that a rule asks it for.");
      return new Catalogue.Entry(Catalogue.Kind.LIST, fetched.name(), Catalogue.NEVER);
    }
    sources.add(new ListSource(number, fetched.format(), path, fetched.list().url().toString()));
    FetchedList.Trust trust = fetched.list().trust();
    return new Catalogue.Entry(
        Catalogue.Kind.LIST,
        fetched.name(),
        switch (trust.whenStale()) {
          case KEEP -> Catalogue.ALWAYS;
          case REFUSE -> trustedUntil(path, trust.greatestAge());
        });
  }

  private static long trustedUntil(Path path, Duration greatestAge) {
    try {
      // the fetcher sets the time of the file to that of the last successful fetch
      return Files.getLastModifiedTime(path).to(TimeUnit.MICROSECONDS)
          + TimeUnit.SECONDS.toMicros(greatestAge.toSeconds());
    } catch (IOException _) {
      // never fetched, or removed: what the list knows is not known, and the rules fail closed
      return Catalogue.NEVER;
    }
  }
}
