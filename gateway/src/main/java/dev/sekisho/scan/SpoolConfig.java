package dev.sekisho.scan;

import dev.sekisho.config.Section;

/**
 * Where bodies are held until their fate is known ({@code scan.spool:}).
 *
 * @param memoryPerBody bytes of each body that stay in memory; what is beyond goes into a file
 * @param memory bytes of all bodies together; when they are taken, a body goes into its file early
 * @param disk bytes of all files together; when they are taken too, the reason is {@code
 *     spool-full}
 */
public record SpoolConfig(long memoryPerBody, long memory, long disk) {
  static final SpoolConfig DEFAULT = new SpoolConfig(256L << 10, 256L << 20, 10L << 30);

  static SpoolConfig read(Section section) {
    var config =
        new SpoolConfig(
            section.bytes("memory-per-body", DEFAULT.memoryPerBody),
            section.bytes("memory", DEFAULT.memory),
            section.bytes("disk", DEFAULT.disk));
    section.end();
    if (config.memoryPerBody < 1024 || config.memoryPerBody > config.memory) {
      section
          .problems()
          .error(
              section.markOf("memory-per-body"),
              "scan.spool.memory-per-body: expected 1KiB to scan.spool.memory ("
                  + Size.text(config.memory)
                  + "), found "
                  + Size.text(config.memoryPerBody)
                  + ".");
    }
    return config;
  }
}
