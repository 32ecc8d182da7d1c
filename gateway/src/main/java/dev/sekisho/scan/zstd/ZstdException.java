package dev.sekisho.scan.zstd;

import java.io.IOException;

/** The bytes are no zstd, or are some that is not taken; the message is the end of a sentence. */
final class ZstdException extends IOException {
  private static final long serialVersionUID = 1L;

  ZstdException(String message) {
    super(message);
  }
}
