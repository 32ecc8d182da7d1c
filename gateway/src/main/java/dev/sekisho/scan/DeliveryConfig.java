package dev.sekisho.scan;

import dev.sekisho.config.Section;
import java.time.Duration;

/**
 * When bodies that are held reach their clients ({@code scan.delivery:}).
 *
 * @param small bytes: what is declared to be no longer is always held
 * @param after how long a client waits before it gets the head and a page or a trickle
 * @param every between two portions of a trickle
 * @param portion bytes of a trickle
 * @param keepBack bytes at the end of what has come that never trickle
 * @param keepPaged how long a scanned file waits for its browser
 * @param keepParts how long a scanned file is kept for whoever asks for another part of it
 */
public record DeliveryConfig(
    long small,
    Duration after,
    Duration every,
    long portion,
    long keepBack,
    Duration keepPaged,
    Duration keepParts) {
  /** Nothing is cut closer than this: it may not be in the file yet. */
  private static final long LEAST_KEPT_BACK = 64 << 10;

  static final DeliveryConfig DEFAULT =
      new DeliveryConfig(
          1L << 20,
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          1L << 10,
          128L << 10,
          Duration.ofMinutes(10),
          Duration.ofMinutes(2));

  static DeliveryConfig read(Section section) {
    var config =
        new DeliveryConfig(
            section.bytes("small", DEFAULT.small),
            section.duration("after", DEFAULT.after),
            section.duration("every", DEFAULT.every),
            section.bytes("portion", DEFAULT.portion),
            section.bytes("keep-back", DEFAULT.keepBack),
            section.duration("keep-paged", DEFAULT.keepPaged),
            section.duration("keep-parts", DEFAULT.keepParts));
    section.end();
    if (config.keepBack < LEAST_KEPT_BACK) {
      section
          .problems()
          .error(
              section.markOf("keep-back"),
              "scan.delivery.keep-back: expected at least 64KiB, found "
                  + Size.text(config.keepBack)
                  + ".");
    }
    if (config.portion < 1 || config.every.toMillis() < 10) {
      section
          .problems()
          .error(
              section.markOf("portion"),
              "scan.delivery: a trickle needs a portion of 1 byte and 10ms between two at least.");
    }
    return config;
  }
}
