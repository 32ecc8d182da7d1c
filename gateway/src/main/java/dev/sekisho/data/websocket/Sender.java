package dev.sekisho.data.websocket;

/** Who sends a frame: clients mask theirs, and nobody else does (RFC 6455 §5.1). */
public enum Sender {
  CLIENT,
  ORIGIN
}
