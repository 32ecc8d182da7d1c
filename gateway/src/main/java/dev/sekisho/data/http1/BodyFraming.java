package dev.sekisho.data.http1;

/** How the end of a message body is found (RFC 9112 §6). */
public sealed interface BodyFraming {
  BodyFraming NONE = new None();
  BodyFraming CHUNKED = new Chunked();
  BodyFraming UNTIL_CLOSE = new UntilClose();

  /** No body follows the head. */
  record None() implements BodyFraming {}

  /** Content-Length; never 0 (that is {@link None}). */
  record Length(long bytes) implements BodyFraming {
    public Length {
      if (bytes <= 0) {
        throw new IllegalArgumentException("a length of " + bytes + " is no body");
      }
    }
  }

  record Chunked() implements BodyFraming {}

  /** Responses only: the body ends where the connection does. */
  record UntilClose() implements BodyFraming {}
}
