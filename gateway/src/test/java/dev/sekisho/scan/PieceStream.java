package dev.sekisho.scan;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;

/** Reads the pieces of a body one after the other, and leaves their positions alone. */
final class PieceStream extends InputStream {
  private final Iterator<ByteBuffer> rest;
  private ByteBuffer piece = ByteBuffer.allocate(0);

  PieceStream(List<ByteBuffer> pieces) {
    this.rest = pieces.iterator();
  }

  @Override
  public int read() {
    return more() ? piece.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int count = Math.min(length, piece.remaining());
    piece.get(into, offset, count);
    return count;
  }

  private boolean more() {
    while (!piece.hasRemaining() && rest.hasNext()) {
      piece = rest.next().duplicate();
    }
    return piece.hasRemaining();
  }
}
