package dev.sekisho.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/** A disk that takes nothing while it is told to fail. */
final class FailingDisk extends Kernel {
  static final String REASON = "the disk does not answer";

  private volatile boolean failing;

  void fails() {
    failing = true;
  }

  void works() {
    failing = false;
  }

  @Override
  void force(MemorySegment pages) {
    if (failing) {
      throw new UncheckedIOException(REASON, new IOException(REASON));
    }
    super.force(pages);
  }
}
