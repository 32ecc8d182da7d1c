package dev.sekisho.policy;

/** What {@code inspect.never} says of a connection, asked from what is known before TLS. */
public sealed interface Seal {
  /** The connection stays sealed, absolutely. */
  record Sealed(String rule) implements Seal {}

  /** No rule keeps TLS from being opened. */
  record Open() implements Seal {}

  /** A rule cannot be told before this is learnt; TLS must not be opened until then. */
  record Learn(String rule, Facts.Group need) implements Seal {}
}
