package dev.sekisho.scan;

import java.util.Optional;

/**
 * What is done with one body.
 *
 * @param excludedBy the line of {@code scan.rules} that says it is not scanned
 */
public record Treatment(Optional<String> excludedBy, Delivery delivery, Fates fates) {}
