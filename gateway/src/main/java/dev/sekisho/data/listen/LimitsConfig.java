package dev.sekisho.data.listen;

import dev.sekisho.config.Section;
import java.time.Duration;

/**
 * What one client may take ({@code limits:}).
 *
 * @param headerBlock bytes of a request's or response's header block
 * @param requestLine bytes of a request line
 * @param connections client connections in total
 * @param connectionsPerClient client connections from one address
 * @param refusalsRecorded refusals of one client within ten seconds that get a record each; more
 *     are counted in one
 * @param requestTimeout until a request's head is complete, from its first byte
 * @param idleTimeout between requests on one connection
 * @param bodyTimeout between two pieces of a body
 * @param responseTimeout from the request's end to the response's head
 * @param tunnelIdle a tunnel in which nothing moves
 * @param drainGrace after SIGTERM, how long new connections are still taken while readiness is
 *     already false
 * @param drainLimit after that, how long exchanges may go on
 */
public record LimitsConfig(
    int headerBlock,
    int requestLine,
    int connections,
    int connectionsPerClient,
    int refusalsRecorded,
    Duration requestTimeout,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration responseTimeout,
    Duration tunnelIdle,
    Duration drainGrace,
    Duration drainLimit) {

  public static final LimitsConfig DEFAULT =
      new LimitsConfig(
          64 << 10,
          16 << 10,
          10_000,
          1_000,
          200,
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30));

  public static LimitsConfig read(Section section) {
    var config =
        new LimitsConfig(
            size(section, "header-block", DEFAULT.headerBlock, 1 << 20),
            size(section, "request-line", DEFAULT.requestLine, 64 << 10),
            section.integer("connections", DEFAULT.connections, 1, 1_000_000),
            section.integer("connections-per-client", DEFAULT.connectionsPerClient, 1, 1_000_000),
            section.integer("refusals-recorded", DEFAULT.refusalsRecorded, 0, 1_000_000),
            some(section, "request-timeout", DEFAULT.requestTimeout),
            some(section, "idle-timeout", DEFAULT.idleTimeout),
            some(section, "body-timeout", DEFAULT.bodyTimeout),
            some(section, "response-timeout", DEFAULT.responseTimeout),
            some(section, "tunnel-idle", DEFAULT.tunnelIdle),
            section.duration("drain-grace", DEFAULT.drainGrace),
            section.duration("drain-limit", DEFAULT.drainLimit));
    section.end();
    return config;
  }

  /** A limit of no time at all would end everything at once. */
  private static Duration some(Section section, String key, Duration otherwise) {
    Duration limit = section.duration(key, otherwise);
    if (limit.isZero()) {
      section.wrong(section.markOf(key), key, section.text(key, ""), "a duration of more than 0");
    }
    return limit;
  }

  private static int size(Section section, String key, int otherwise, int most) {
    long bytes = section.bytes(key, otherwise);
    if (bytes < 1024 || bytes > most) {
      section
          .problems()
          .error(
              section.markOf(key),
              "limits."
                  + key
                  + ": expected 1KiB to "
                  + (most >> 10)
                  + "KiB, found "
                  + bytes
                  + " bytes.");
      return otherwise;
    }
    return (int) bytes;
  }
}
