package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Compressed bytes, read in part by octets (headers) and in part by the inflater. */
final class CompressedInput {
  private final InputStream in;
  private final byte[] buffer = new byte[8 << 10];
  private int position;
  private int end;

  CompressedInput(InputStream in) {
    this.in = in;
  }

  /** The next octet without taking it; -1 at the end. */
  int peek() throws IOException {
    return has() ? buffer[position] & 0xff : -1;
  }

  /** The next octet; a fault at the end. */
  int octet() throws IOException {
    if (!has()) {
      throw broken("It ends in the middle");
    }
    return buffer[position++] & 0xff;
  }

  /** Some of the next octets, at least one; a fault at the end. */
  int some(byte[] into, int offset, int length) throws IOException {
    if (!has()) {
      throw broken("It ends in the middle");
    }
    int count = Math.min(length, end - position);
    System.arraycopy(buffer, position, into, offset, count);
    position += count;
    return count;
  }

  /** Little-endian, as gzip writes numbers. */
  int int32() throws IOException {
    return octet() | octet() << 8 | octet() << 16 | octet() << 24;
  }

  /** As {@link InputStream#read(byte[], int, int)}; -1 when the deflate stream is at its end. */
  int inflate(Inflater inflater, byte[] into, int offset, int length) throws IOException {
    try {
      while (true) {
        int count = inflater.inflate(into, offset, length);
        if (count > 0) {
          return count;
        }
        if (inflater.finished()) {
          position = end - inflater.getRemaining();
          return -1;
        }
        feed(inflater);
      }
    } catch (DataFormatException e) {
      throw broken("It is damaged (" + e.getMessage() + ")");
    }
  }

  private void feed(Inflater inflater) throws IOException {
    if (inflater.needsDictionary()) {
      throw broken("It asks for a dictionary");
    }
    if (!has()) {
      throw broken("It ends in the middle");
    }
    inflater.setInput(buffer, position, end - position);
    position = end;
  }

  private boolean has() throws IOException {
    if (position == end) {
      position = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
    }
    return position < end;
  }

  void close() throws IOException {
    in.close();
  }

  static FaultException broken(String what) {
    return new FaultException(
        Verdict.Reason.UNDECODABLE, what + ", so its content coding cannot be undone to the end.");
  }
}
