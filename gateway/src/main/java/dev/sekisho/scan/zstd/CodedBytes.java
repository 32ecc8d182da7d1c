package dev.sekisho.scan.zstd;

import java.io.IOException;
import java.io.InputStream;

/** The compressed bytes from the front: octets for headers, runs for what blocks hold. */
final class CodedBytes {
  private final InputStream in;
  private final byte[] buffer = new byte[8 << 10];
  private int position;
  private int end;

  CodedBytes(InputStream in) {
    this.in = in;
  }

  /** Whether there is nothing left. */
  boolean atEnd() throws IOException {
    return !has();
  }

  int octet() throws IOException {
    if (!has()) {
      throw cut();
    }
    return buffer[position++] & 0xff;
  }

  /**
   * A little-endian number.
   *
   * @param octets up to 8
   */
  long number(int octets) throws IOException {
    long number = 0;
    for (int i = 0; i < octets; i++) {
      number |= (long) octet() << 8 * i;
    }
    return number;
  }

  /** Fills all of the range. */
  void read(byte[] into, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      if (!has()) {
        throw cut();
      }
      int count = Math.min(left, end - position);
      System.arraycopy(buffer, position, into, at, count);
      position += count;
      at += count;
      left -= count;
    }
  }

  void skip(long octets) throws IOException {
    long left = octets;
    while (left > 0) {
      if (!has()) {
        throw cut();
      }
      int count = (int) Math.min(left, end - position);
      position += count;
      left -= count;
    }
  }

  private boolean has() throws IOException {
    if (position == end) {
      position = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
    }
    return position < end;
  }

  private static ZstdException cut() {
    return new ZstdException("it ends in the middle");
  }

  void close() throws IOException {
    in.close();
  }
}
