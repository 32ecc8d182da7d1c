package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/** What {@link TransferDecoder#next} found. */
public sealed interface Undone permits Undone.Piece, NeedMore, Bad {
  /**
   * Some of the content.
   *
   * @param content the receiver's; at least one byte
   */
  record Piece(ByteBuf content) implements Undone {}
}
