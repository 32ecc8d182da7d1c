package dev.sekisho.data.listen;

/** How a connection is broken off in the middle of a response. */
enum BreakOff {
  /** The framing tells the client that something is missing. */
  CLOSE,
  /** Only a reset does. */
  RESET
}
