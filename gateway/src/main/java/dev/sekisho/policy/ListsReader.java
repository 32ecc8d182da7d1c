package dev.sekisho.policy;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.policy.list.FetchedList;
import dev.sekisho.policy.list.ListFormat;
import dev.sekisho.policy.list.ListSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads {@code lists} and {@code categories}: what sets of names there are and where each comes
 * from.
 */
final class ListsReader {
  private static final long MOST_BYTES = 256L << 20;

  private final Path folder;
  private final Problems problems;

  ListsReader(Path folder, Problems problems) {
    this.folder = folder;
    this.problems = problems;
  }

  /** A list or category as it is configured. */
  sealed interface Declared {
    String name();

    /** From a file of the operator's. */
    record File(String name, ListFormat format, Path path, Mark mark) implements Declared {}

    /** From a URL. */
    record Fetched(String name, ListFormat format, FetchedList list, Mark mark)
        implements Declared {}

    /** From a folder of the categories' folder. */
    record Category(String name, List<ListSource> sources) implements Declared {}
  }

  List<Declared> lists(Map<String, Section> sections) {
    List<Declared> all = new ArrayList<>();
    sections.forEach((name, section) -> {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
        problems.error(
            section.mark(),
            "a list's name has letters, digits, dots, hyphens and underscores, at most 64: '"
                + name
                + "'.");
      }
      list(name, section).ifPresent(all::add);
      section.end();
    });
    return all;
  }

  private Optional<Declared> list(String name, Section section) {
    ListFormat format = section.choice("format", ListFormat.class, ListFormat.PLAIN);
    Optional<String> file = section.text("file");
    Optional<URI> url = section.value("url", (text, mark) -> url(section, text, mark));
    if (file.isPresent() == section.node("url").isPresent()) {
      problems.error(section.mark(), section.name() + " needs either a file or a url.");
      return Optional.empty();
    }
    if (file.isPresent()) {
      Path path = folder.resolve(file.get());
      if (!Files.isRegularFile(path)) {
        problems.error(
            section.markOf("file"),
            "the list '" + name + "' cannot be read: there is no file " + path + ".");
      }
      return Optional.of(new Declared.File(name, format, path, section.mark()));
    }
    FetchedList.Fetching fetching =
        new FetchedList.Fetching(
            section.duration("interval", Duration.ofDays(1)),
            sha256(section),
            section.bytes("max-size", MOST_BYTES));
    FetchedList.Trust trust =
        new FetchedList.Trust(
            section.duration("max-age", Duration.ofDays(7)),
            section.choice(
                "when-stale", FetchedList.WhenStale.class, FetchedList.WhenStale.REFUSE));
    if (fetching.interval().toSeconds() < 10) {
      problems.error(
          section.markOf("interval"), section.name() + ".interval must be at least 10s.");
    }
    if (trust.greatestAge().compareTo(fetching.interval()) < 0) {
      problems.warning(
          section.markOf("max-age"),
          section.name()
              + " is fetched less often than its max-age allows: "
              + "it will be stale in between.");
    }
    return url.map(u ->
        new Declared.Fetched(
            name, format, new FetchedList(name, u, fetching, trust), section.mark()));
  }

  private static Optional<URI> url(Section section, String text, Mark mark) {
    try {
      URI uri = new URI(text);
      boolean web =
          "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return Optional.of(uri);
      }
    } catch (java.net.URISyntaxException _) {
      // reported below
    }
    return section.wrong(mark, "url", text, "an http or https URL without user information");
  }

  private static Optional<String> sha256(Section section) {
    return section.value(
        "sha256",
        (text, mark) ->
            text.matches("[0-9A-Fa-f]{64}")
                ? Optional.of(text.toLowerCase(Locale.ROOT))
                : section.wrong(mark, "sha256", text, "64 hexadecimal digits"));
  }

  /**
   * Every folder in the categories' folder with a file {@code domains} or {@code urls}; their names
   * are the categories'.
   */
  List<Declared> categories(Section section) {
    Optional<String> given = section.text("folder");
    section.end();
    if (given.isEmpty()) {
      return List.of();
    }
    Path path = folder.resolve(given.get());
    if (!Files.isDirectory(path)) {
      problems.error(
          section.markOf("folder"),
          "the categories cannot be read: there is no folder " + path + ".");
      return List.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      List<Declared> all = new ArrayList<>();
      for (Path child : children.filter(Files::isDirectory).sorted().toList()) {
        category(child, Path.of(given.get()).resolve(child.getFileName()), all);
      }
      return all;
    } catch (IOException e) {
      problems.error(
          section.markOf("folder"),
          "the categories in " + path + " cannot be read: " + e.getMessage() + ".");
      return List.of();
    }
  }

  private static void category(Path child, Path shown, List<Declared> all) {
    List<ListSource> sources = new ArrayList<>();
    for (ListFormat format : List.of(ListFormat.DOMAINS, ListFormat.URLS)) {
      String file = format.name().toLowerCase(Locale.ROOT);
      if (Files.isRegularFile(child.resolve(file))) {
        // the number is given when all are known
        sources.add(
            new ListSource(-1, format, child.resolve(file), shown.resolve(file).toString()));
      }
    }
    if (!sources.isEmpty()) {
      all.add(new Declared.Category(String.valueOf(child.getFileName()), sources));
    }
  }
}
