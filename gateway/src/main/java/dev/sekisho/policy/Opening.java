package dev.sekisho.policy;

import java.util.Optional;

/** Whether the TLS of a CONNECT is opened (docs/policy.md), asked with a decision about it. */
public sealed interface Opening {
  /**
   * TLS is opened.
   *
   * @param because fits after "opened because", for the record
   */
  record Open(String because) implements Opening {}

  /**
   * TLS stays closed: what it carries is unknowable.
   *
   * @param sealedBy the rule of {@code inspect.never} without which it would have been opened
   */
  record Closed(Optional<String> sealedBy) implements Opening {}

  /** This has to be learnt first, for the rule named; then both questions are asked again. */
  record Learn(Facts.Group need, String rule) implements Opening {}
}
