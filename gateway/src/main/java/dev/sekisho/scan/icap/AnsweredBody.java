package dev.sekisho.scan.icap;

/** The body of an encapsulated message, compared with the one that was sent. */
public sealed interface AnsweredBody {
  /** Byte for byte what was sent. */
  record Same() implements AnsweredBody {}

  /** Another, whole. */
  record Other(byte[] bytes) implements AnsweredBody {}

  /** Another that is longer than was asked for; it was not read to its end. */
  record TooLong() implements AnsweredBody {}
}
