package dev.sekisho.app;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Problems;
import dev.sekisho.config.Section;
import dev.sekisho.config.YamlFile;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.listen.LimitsConfig;
import dev.sekisho.data.listen.ListenConfig;
import dev.sekisho.data.names.NamesConfig;
import dev.sekisho.data.origin.OriginConfig;
import dev.sekisho.identity.IdentityConfig;
import dev.sekisho.journal.JournalConfig;
import dev.sekisho.policy.Obligations;
import dev.sekisho.policy.PolicyConfig;
import dev.sekisho.scan.ScanConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A whole configuration: each capability has read its own section.
 *
 * @param source what an operator calls it: the file, or the embedded default
 */
record Configuration(
    String source,
    ListenConfig listen,
    LimitsConfig limits,
    NamesConfig names,
    OriginConfig origin,
    ScanConfig scan,
    JournalConfig journal,
    IdentityConfig identity,
    InspectConfig inspect,
    PolicyConfig policy) {
  private static final String EMBEDDED = "embedded default";

  /**
   * Sections of capabilities that this version does not have. Ignoring one would leave somebody
   * unprotected who thinks otherwise.
   */
  private static final List<String> LATER = List.of("routes", "parents", "nat");

  /**
   * Reads the file, or the embedded default. Every problem goes to {@code problems}; where there is
   * an error the result must not be used.
   */
  static Optional<Configuration> load(Optional<Path> file, Problems problems) {
    if (file.isEmpty()) {
      return YamlFile.parse(EMBEDDED, embeddedText(), problems)
          .map(root -> read(EMBEDDED, root, Path.of("").toAbsolutePath(), problems));
    }
    Path path = file.get();
    Path parent = path.toAbsolutePath().getParent();
    Path folder = parent == null ? Path.of("/") : parent;
    return YamlFile.read(path, problems).map(root -> read(path.toString(), root, folder, problems));
  }

  private static Configuration read(
      String source, Node.Mapping top, Path folder, Problems problems) {
    Section root = Section.whole(top, problems);
    ScanConfig scan = ScanConfig.read(section(root, "scan"), folder);
    var configuration =
        new Configuration(
            source,
            ListenConfig.read(section(root, "listen"), folder),
            LimitsConfig.read(section(root, "limits")),
            NamesConfig.read(section(root, "names")),
            OriginConfig.read(section(root, "origin"), folder),
            scan,
            JournalConfig.read(section(root, "journal")),
            IdentityConfig.read(section(root, "identity"), folder),
            InspectConfig.read(section(root, "inspect"), folder),
            PolicyConfig.read(root, folder, byDefault(scan)));
    for (String key : LATER) {
      if (root.node(key).isPresent()) {
        problems.error(
            root.markOf(key),
            "the section '"
                + key
                + "' is not in this version of Sekisho; remove it. Nothing is enforced by it.");
      }
    }
    root.end();
    return configuration;
  }

  private static Obligations.Scan byDefault(ScanConfig scan) {
    return switch (scan.byDefault()) {
      case ALL -> Obligations.Scan.ALL;
      case NONE -> Obligations.Scan.NONE;
    };
  }

  /**
   * A section under its own name, so that messages say {@code listen.proxy} and not where it was
   * nested.
   */
  private static Section section(Section root, String key) {
    Mark mark = root.markOf(key);
    return root.node(key)
        .flatMap(node -> root.asSection(key, node))
        .orElseGet(() -> Section.absent(key, mark, root.problems()));
  }

  private static String embeddedText() {
    try (InputStream in = Configuration.class.getResourceAsStream("default.yaml")) {
      if (in == null) {
        throw new IllegalStateException("the embedded configuration is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
