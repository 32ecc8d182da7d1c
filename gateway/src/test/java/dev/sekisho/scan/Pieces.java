package dev.sekisho.scan;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** A body in memory. */
record Pieces(List<ByteBuffer> pieces) implements Body.Source {
  Pieces {
    pieces = List.copyOf(pieces);
  }

  @Override
  public InputStream open() {
    return new PieceStream(pieces);
  }

  @Override
  public long length() {
    return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
  }
}
