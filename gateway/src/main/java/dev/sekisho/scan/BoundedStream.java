package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;

/**
 * What one content coding gives, within its budget. Each coding of several is bounded, because a
 * bomb may be large only in the middle: a million empty gzip members in gzip decode to nothing.
 */
final class BoundedStream extends InputStream {
  private final InputStream decoded;
  private final String coding;
  private final DecodedBudget budget;
  private long leftOfRatio;

  /**
   * @param coding that gives these bytes, as written in Content-Encoding
   */
  BoundedStream(InputStream decoded, String coding, DecodedBudget budget) {
    this.decoded = decoded;
    this.coding = coding;
    this.budget = budget;
    this.leftOfRatio = budget.each();
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
    GivenUp.check();
    long left = Math.min(leftOfRatio, budget.left());
    if (left <= 0) {
      return endOrFault();
    }
    int count = decoded.read(into, offset, (int) Math.min(length, left));
    if (count > 0) {
      leftOfRatio -= count;
      budget.gave(count);
    }
    return count;
  }

  private int endOrFault() throws IOException {
    if (decoded.read() < 0) {
      return -1;
    }
    throw budget.left() <= 0 ? budget.limitReached(coding) : budget.ratioReached(coding);
  }

  @Override
  public void close() throws IOException {
    decoded.close();
  }
}
