package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;

/**
 * Undoes {@code aws-chunked}, in which clients of S3 and of what speaks like it upload: chunks with
 * their size in hexadecimal digits and perhaps a signature, then trailers with a checksum. The
 * signatures are between the client and the store. Nothing is borne with that a store would not
 * take, since what one reader skips and another does not is a place to hide.
 */
final class AwsChunkedStream extends InputStream {
  private static final String SIGNATURE = "chunk-signature=";
  private static final int SIZE_DIGITS = 12;
  private static final int SHORTEST_SIGNATURE = 64;

  /** Of the asymmetric form, which is filled up with asterisks. */
  private static final int LONGEST_SIGNATURE = 144;

  private static final String TRAILER = "x-amz-";
  private static final int TRAILERS = 16;
  private static final int LONGEST_TRAILER = 4 << 10;

  /** Where in the body we are. */
  private enum At {
    SIZE,
    DATA,
    END
  }

  private final CompressedInput in;
  private At at = At.SIZE;
  private long left;

  AwsChunkedStream(InputStream in) {
    this.in = new CompressedInput(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (true) {
      switch (at) {
        case SIZE -> beginChunk();
        case DATA -> {
          return data(into, offset, length);
        }
        case END -> {
          return -1;
        }
      }
    }
  }

  private int data(byte[] into, int offset, int length) throws IOException {
    int count = in.some(into, offset, (int) Math.min(length, left));
    left -= count;
    if (left == 0) {
      lineEnd();
      at = At.SIZE;
    }
    return count;
  }

  private void beginChunk() throws IOException {
    left = size();
    if (in.peek() == ';') {
      signature();
    }
    lineEnd();
    if (left > 0) {
      at = At.DATA;
      return;
    }
    trailers();
    if (in.peek() >= 0) {
      throw CompressedInput.broken("Something follows the last of its chunks");
    }
    at = At.END;
  }

  private long size() throws IOException {
    long size = 0;
    int digits = 0;
    for (int digit = Character.digit(in.peek(), 16);
        digit >= 0;
        digit = Character.digit(in.peek(), 16)) {
      size = size << 4 | digit;
      in.octet();
      if (++digits > SIZE_DIGITS) {
        throw CompressedInput.broken("It has a chunk of a size that nothing has");
      }
    }
    if (digits == 0) {
      throw CompressedInput.broken("It is not in chunks");
    }
    return size;
  }

  private void signature() throws IOException {
    in.octet();
    for (int i = 0; i < SIGNATURE.length(); i++) {
      if (in.octet() != SIGNATURE.charAt(i)) {
        throw CompressedInput.broken("A chunk has something other than a signature");
      }
    }
    int length = 0;
    while (Character.digit(in.peek(), 16) >= 0 || in.peek() == '*') {
      in.octet();
      length++;
    }
    if (length < SHORTEST_SIGNATURE || length > LONGEST_SIGNATURE) {
      throw CompressedInput.broken("A chunk's signature has the wrong length");
    }
  }

  private void trailers() throws IOException {
    for (int count = 0; in.peek() != '\r'; count++) {
      if (count == TRAILERS) {
        throw CompressedInput.broken("Too many lines follow its chunks");
      }
      trailer();
    }
    lineEnd();
  }

  private void trailer() throws IOException {
    for (int i = 0; i < TRAILER.length(); i++) {
      if (Character.toLowerCase(in.octet()) != TRAILER.charAt(i)) {
        throw CompressedInput.broken("A line follows its chunks that is no trailer of S3");
      }
    }
    int length = 0;
    while (in.peek() != '\r') {
      if (in.octet() < ' ' || ++length > LONGEST_TRAILER) {
        throw CompressedInput.broken("A line follows its chunks that is no trailer of S3");
      }
    }
    lineEnd();
  }

  private void lineEnd() throws IOException {
    if (in.octet() != '\r' || in.octet() != '\n') {
      throw CompressedInput.broken("A chunk or a line about it does not end where it should");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
