package dev.sekisho.scan;

import dev.sekisho.config.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where infected bodies are kept ({@code scan.quarantine:}).
 *
 * @param folder empty for {@code quarantine} in the state folder
 * @param keep what is older is deleted
 * @param limit bytes of all of them together; the oldest makes room
 * @param key a file with 64 hexadecimal digits; empty for one of its own in the state folder
 */
public record QuarantineConfig(
    Optional<Path> folder, Duration keep, long limit, Optional<Path> key) {
  /** What a section without keys means. */
  public static final QuarantineConfig USUAL =
      new QuarantineConfig(Optional.empty(), Duration.ofDays(30), 1L << 30, Optional.empty());

  private static final long LEAST_LIMIT = 1L << 20;

  static QuarantineConfig read(Section section, Path folder) {
    Optional<Path> key = section.text("key").map(folder::resolve);
    key.ifPresent(file -> {
      try {
        QuarantineKey.read(file);
      } catch (IOException e) {
        section.problems().error(section.markOf("key"), "scan.quarantine.key: " + e.getMessage());
      }
    });
    var config =
        new QuarantineConfig(
            section.text("folder").map(folder::resolve),
            section.duration("keep", USUAL.keep),
            section.bytes("limit", USUAL.limit),
            key);
    if (config.limit < LEAST_LIMIT) {
      section
          .problems()
          .error(section.markOf("limit"), "scan.quarantine.limit: expected 1MiB or more.");
    }
    section.end();
    return config;
  }
}
