package dev.sekisho.data.websocket;

/** How messages of one direction may be compressed (RFC 7692). */
public enum Compression {
  /** Nothing was agreed. */
  NONE,
  /** Each message may refer to what those before it said. */
  CONTEXT_KEPT,
  /** Each message stands for itself. */
  CONTEXT_RESET,
  /** It was agreed, and nobody here wants to know what messages say. */
  UNREAD
}
