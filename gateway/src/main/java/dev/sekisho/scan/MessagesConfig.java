package dev.sekisho.scan;

import dev.sekisho.config.Section;

/**
 * Which messages of a WebSocket are scanned ({@code scan.messages:}).
 *
 * @param from bytes: a shorter message passes at once
 * @param limit bytes of one message, as sent, that are held and scanned; a longer one is too big
 */
public record MessagesConfig(long from, long limit) {
  /** What is shorter waits in memory for its end. */
  private static final long LARGEST_FROM = 1L << 20;

  private static final long SMALLEST_LIMIT = 1L << 10;

  static final MessagesConfig DEFAULT = new MessagesConfig(1L << 10, 16L << 20);

  static MessagesConfig read(Section section) {
    var config =
        new MessagesConfig(
            section.bytes("from", DEFAULT.from), section.bytes("limit", DEFAULT.limit));
    section.end();
    if (config.from < 1 || config.from > LARGEST_FROM) {
      section
          .problems()
          .error(
              section.markOf("from"),
              "scan.messages.from: expected 1 to 1MiB, found " + Size.text(config.from) + ".");
    }
    if (config.limit < Math.max(config.from, SMALLEST_LIMIT)) {
      section
          .problems()
          .error(
              section.markOf("limit"),
              "scan.messages.limit: expected at least 1KiB, and no less than scan.messages.from,"
                  + " found "
                  + Size.text(config.limit)
                  + ".");
    }
    return config;
  }
}
