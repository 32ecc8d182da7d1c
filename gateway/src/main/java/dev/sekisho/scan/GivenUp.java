package dev.sekisho.scan;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * What a decoder reads from, until nobody needs the verdict any more. A coding can go on for very
 * long without giving a byte, and whoever reads what it gives cannot look up meanwhile.
 */
final class GivenUp extends FilterInputStream {
  GivenUp(InputStream in) {
    super(in);
  }

  /** Ends a decoder whose thread was interrupted; the interruption stays for whoever asked. */
  static void check() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the scan was given up");
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    check();
    return super.read(into, offset, length);
  }
}
