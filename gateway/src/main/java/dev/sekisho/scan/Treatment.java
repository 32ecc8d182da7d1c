package dev.sekisho.scan;

import java.util.Optional;

/**
 * What is done with one body.
 *
 * @param excludedBy the line of {@code scan.rules} that says it is not scanned
 * @param ruled how it is delivered, where a line of {@code scan.rules} says so
 * @param usual {@code scan.deliver}
 */
public record Treatment(
    Optional<String> excludedBy, Optional<Delivery> ruled, Delivery usual, Fates fates) {
  /**
   * The more is known of the body, the more the word counts: that of all, that of the policy rule
   * about who asks for what, that of the line about such bodies.
   *
   * @param byPolicy the word of the policy rule
   */
  public Delivery delivery(Optional<Delivery> byPolicy) {
    return ruled.or(() -> byPolicy).orElse(usual);
  }
}
