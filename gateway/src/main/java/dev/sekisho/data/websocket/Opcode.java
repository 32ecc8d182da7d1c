package dev.sekisho.data.websocket;

import org.jspecify.annotations.Nullable;

/** What a frame is (RFC 6455 §5.2). */
public enum Opcode {
  CONTINUATION(0x0),
  TEXT(0x1),
  BINARY(0x2),
  CLOSE(0x8),
  PING(0x9),
  PONG(0xa);

  private final int bits;

  Opcode(int bits) {
    this.bits = bits;
  }

  /** Null for one that is reserved. */
  static @Nullable Opcode of(int bits) {
    for (Opcode opcode : values()) {
      if (opcode.bits == bits) {
        return opcode;
      }
    }
    return null;
  }

  int bits() {
    return bits;
  }

  boolean isControl() {
    return bits >= 0x8;
  }
}
