package dev.sekisho.journal;

import dev.sekisho.config.Section;
import dev.sekisho.config.Units;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The section {@code journal} of the configuration.
 *
 * @param detail whether the URL is written or only the host
 * @param onFailure what happens to an exchange that cannot be written down
 * @param sync when records are forced to the disk; they survive the death of the process in any
 *     case
 * @param masking what is never written
 * @param keeping how long segments stay
 * @param space how disk space is taken
 */
public record JournalConfig(
    Detail detail,
    Journal.OnFailure onFailure,
    Sync sync,
    Masking masking,
    Keeping keeping,
    Space space) {
  private static final long LEAST_SEGMENT = 1 << 20;
  private static final long MOST_SEGMENT = 1 << 30;

  public enum Detail {
    URL,
    HOST
  }

  /** When the disk, and not only the kernel, must have a record. */
  public sealed interface Sync {
    /**
     * Before the append returns. The event loop waits for the disk: every record costs one flush of
     * it.
     */
    record Always() implements Sync {}

    /** By another thread, at intervals: what a power failure can take is at most this much. */
    record Every(Duration interval) implements Sync {}

    /** When the kernel likes (Linux: after about 30 seconds). */
    record Never() implements Sync {}
  }

  /**
   * @param parameters names of URL query parameters whose values are not written, in lower case;
   *     known secrets are masked in any case
   */
  public record Masking(List<String> parameters) {}

  /**
   * @param age segments whose last record is older go
   * @param size the oldest segments go when all together take more bytes than this; 0 for no limit
   */
  public record Keeping(Duration age, long size) {}

  /**
   * @param segment bytes of one segment, taken from the disk before it is used
   * @param reserve bytes held back, so that a restart on a full disk can still write down what the
   *     crash interrupted
   */
  public record Space(long segment, long reserve) {}

  /** Reads the section; problems go to its {@code Problems}. */
  public static JournalConfig read(Section section) {
    Detail detail = section.choice("detail", Detail.class, Detail.URL);
    List<String> mask =
        section.has("mask") ? section.texts("mask") : List.of("token", "password", "signature");
    Journal.OnFailure onFailure =
        section.choice("on-failure", Journal.OnFailure.class, Journal.OnFailure.REFUSE);
    Duration age = section.duration("keep", Duration.ofDays(400));
    long size = section.bytes("keep-size", 0);
    Sync sync =
        section
            .value(
                "sync",
                (text, mark) ->
                    parseSync(text)
                        .or(() ->
                            section.wrong(
                                mark, "sync", text, "always, never or a duration such as 1s")))
            .orElse(new Sync.Every(Duration.ofSeconds(1)));
    long segment = section.bytes("segment-size", 64L << 20);
    if (segment < LEAST_SEGMENT || segment > MOST_SEGMENT || segment % 4096 != 0) {
      section.wrong(
          section.markOf("segment-size"),
          "segment-size",
          Long.toString(segment),
          "a multiple of 4KiB from 1MiB to 1GiB");
      segment = 64L << 20;
    }
    long reserve = section.bytes("reserve", 64L << 20);
    section.end();
    List<String> lower = mask.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    return new JournalConfig(
        detail,
        onFailure,
        sync,
        new Masking(lower),
        new Keeping(age, size),
        new Space(segment, reserve));
  }

  private static Optional<Sync> parseSync(String text) {
    return switch (text) {
      case "always" -> Optional.of(new Sync.Always());
      case "never" -> Optional.of(new Sync.Never());
      default -> Units.duration(text).filter(Duration::isPositive).map(Sync.Every::new);
    };
  }
}
