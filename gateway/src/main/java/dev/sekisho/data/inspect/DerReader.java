package dev.sekisho.data.inspect;

import java.io.IOException;
import java.util.Arrays;

/**
 * Walks over the elements of DER, as far as the JDK leaves that to be done: keys of the traditional
 * form, and names that must be copied as they stand.
 */
final class DerReader {
  private final byte[] bytes;
  private int at;
  private final int end;

  DerReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private DerReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  boolean more() {
    return at < end;
  }

  /** The tag of what comes next; -1 at the end. */
  int peek() {
    return more() ? bytes[at] & 0xff : -1;
  }

  /** One whole element as it stands, tag and length included. */
  byte[] whole() throws IOException {
    int from = at;
    content();
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** What is inside the next element, which must have this tag. */
  DerReader inside(int tag) throws IOException {
    if (peek() != tag) {
      throw new IOException("the structure is not the one expected");
    }
    return content();
  }

  /** Everything that is left. */
  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  private DerReader content() throws IOException {
    at++;
    int length = octet();
    if (length > 0x80) {
      int octets = length & 0x7f;
      if (octets > 3) {
        throw new IOException("a length is out of range");
      }
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | octet();
      }
    } else if (length == 0x80) {
      throw new IOException("a length is missing");
    }
    if (length > end - at) {
      throw new IOException("it ends too early");
    }
    at += length;
    return new DerReader(bytes, at - length, at);
  }

  private int octet() throws IOException {
    if (at >= end) {
      throw new IOException("it ends too early");
    }
    return bytes[at++] & 0xff;
  }
}
