package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;

/**
 * What one content coding gave, up to a limit. Each coding of several has its own, because a bomb
 * may be large only in the middle: a million empty gzip members in gzip decode to nothing.
 */
final class BoundedStream extends InputStream {
  private final InputStream decoded;
  private final long limit;
  private long left;

  BoundedStream(InputStream decoded, long limit) {
    this.decoded = decoded;
    this.limit = limit;
    this.left = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return endOrTooLarge();
    }
    int count = decoded.read(into, offset, (int) Math.min(length, left));
    left -= Math.max(0, count);
    return count;
  }

  private int endOrTooLarge() throws IOException {
    if (decoded.read() < 0) {
      return -1;
    }
    throw new FaultException(
        Verdict.Reason.TOO_BIG,
        "Decoded it is longer than " + Size.text(limit) + "; no more was scanned.");
  }

  @Override
  public void close() throws IOException {
    decoded.close();
  }
}
