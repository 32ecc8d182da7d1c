package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the coding {@code deflate}: the zlib format (RFC 1950), as RFC 9110 section 8.4.1.2 has
 * it, or bare deflate (RFC 1951), as some servers send it and all browsers take it.
 */
final class DeflateStream extends InputStream {
  private final CompressedInput in;
  private @Nullable Inflater inflater;
  private boolean ended;

  DeflateStream(InputStream in) {
    this.in = new CompressedInput(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended || (inflater == null && in.peek() < 0)) {
      return -1;
    }
    int count = in.inflate(inflater(), into, offset, length);
    if (count < 0) {
      ended = true;
      if (in.peek() >= 0) {
        throw CompressedInput.broken("Something follows its end");
      }
    }
    return count;
  }

  private Inflater inflater() throws IOException {
    if (inflater == null) {
      inflater = new Inflater(!looksLikeZlib(in.peek()));
    }
    return inflater;
  }

  /**
   * The first octet of the zlib format names method 8 and a window of at most 32 KiB. Read as bare
   * deflate, it would begin with a stored block, which nobody writes for what can be compressed.
   */
  private static boolean looksLikeZlib(int first) {
    return (first & 0x0f) == 8 && first >> 4 <= 7;
  }

  @Override
  public void close() throws IOException {
    if (inflater != null) {
      inflater.end();
    }
    in.close();
  }
}
