package dev.sekisho.scan;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One item of {@code scan.engines}. */
public sealed interface EngineConfig {
  /**
   * @param sessions how many bodies may be given to it at a time
   */
  record ClamdEngine(ClamdAddress at, int sessions) implements EngineConfig {
    /** clamd's MaxThreads is 10 unless configured; two are left for others and for probes. */
    public static final int SESSIONS = 8;

    private static final int MOST_SESSIONS = 256;

    ClamdEngine(ClamdAddress at) {
      this(at, SESSIONS);
    }
  }

  /**
   * Whole bodies that are known.
   *
   * @param eicar whether the EICAR test file is looked for
   * @param digests of files that are not wanted
   */
  record SignatureEngine(boolean eicar, DigestSet digests) implements EngineConfig {}

  /** What is there without any list: the EICAR test file alone. */
  SignatureEngine BUILT_IN = new SignatureEngine(true, DigestSet.EMPTY);

  static Optional<EngineConfig> read(Section item, Path folder) {
    Optional<EngineConfig> clamd = item.node("clamd").flatMap(node -> clamd(item, node));
    Optional<Section> signatures = item.section("signatures");
    int written =
        (item.node("clamd").isPresent() ? 1 : 0) + (item.node("signatures").isPresent() ? 1 : 0);
    item.end();
    if (written != 1) {
      item.problems().error(item.mark(), item.name() + " must have one key, clamd or signatures.");
      return Optional.empty();
    }
    return signatures.isPresent() ? Optional.of(signatures(signatures.get(), folder)) : clamd;
  }

  /** An address alone, or a section with it. */
  private static Optional<EngineConfig> clamd(Section item, Node node) {
    return switch (node) {
      case Node.Mapping mapping -> {
        var section = new Section(item.name() + ".clamd", mapping, item.problems());
        Optional<ClamdAddress> at =
            section.value("at", (text, mark) -> address(section, "at", text, mark));
        int sessions =
            section.integer("sessions", ClamdEngine.SESSIONS, 1, ClamdEngine.MOST_SESSIONS);
        if (section.node("at").isEmpty()) {
          item.problems().error(section.mark(), section.name() + " does not say where it is (at).");
        }
        section.end();
        yield at.map(address -> new ClamdEngine(address, sessions));
      }
      case Node.Scalar _, Node.Sequence _ ->
          item.value("clamd", (text, mark) -> address(item, "clamd", text, mark))
              .map(ClamdEngine::new);
    };
  }

  private static Optional<ClamdAddress> address(
      Section section, String key, String text, Mark mark) {
    return ClamdAddress.parse(text)
        .or(() ->
            section.wrong(
                mark,
                key,
                text,
                "'unix:/path/of/socket' (107 bytes at most) or 'tcp:127.0.0.1:3310' with an"
                    + " address, not a name"));
  }

  private static EngineConfig signatures(Section section, Path folder) {
    boolean eicar = section.flag("eicar", true);
    List<Path> files = section.values("sha256", (text, _) -> Optional.of(folder.resolve(text)));
    Mark mark = section.markOf("sha256");
    section.end();
    if (!eicar && files.isEmpty()) {
      section
          .problems()
          .error(section.mark(), section.name() + " has nothing to look for: name a sha256 list.");
    }
    return new SignatureEngine(eicar, DigestList.read(files, mark, section.problems()));
  }
}
