package dev.sekisho.data.http1;

/** How the end of a message body is found (RFC 9112 §6). */
public sealed interface BodyFraming {
  record None() implements BodyFraming {}

  /** Content-Length; never 0 (that is {@link None}). */
  record Length(long bytes) implements BodyFraming {}

  record Chunked() implements BodyFraming {}

  /** Responses only: the body ends where the connection does. */
  record UntilClose() implements BodyFraming {}
}
