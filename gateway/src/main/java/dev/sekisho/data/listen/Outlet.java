package dev.sekisho.data.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/** Where frames go on. Small ones are gathered, so that many of them are one write. */
final class Outlet {
  private static final int SMALL = 4 << 10;
  private static final int ENOUGH = 32 << 10;

  private final Channel channel;
  private ByteBuf gathered = Unpooled.EMPTY_BUFFER;
  private long bytes;

  Outlet(Channel channel) {
    this.channel = channel;
  }

  /** Ownership passes. */
  void write(ByteBuf piece) {
    if (piece.readableBytes() <= SMALL) {
      copy(piece);
      piece.release();
      return;
    }
    bytes += piece.readableBytes();
    send();
    channel.write(piece, channel.voidPromise());
  }

  /** All of it stays with the caller. */
  void copy(ByteBuf piece) {
    if (!piece.isReadable()) {
      return;
    }
    if (!gathered.isReadable()) {
      gathered = channel.alloc().buffer(piece.readableBytes());
    }
    bytes += piece.readableBytes();
    gathered.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
    if (gathered.readableBytes() >= ENOUGH) {
      send();
    }
  }

  /** Hands over what was gathered; nothing leaves before the channel is flushed. */
  void send() {
    if (gathered.isReadable()) {
      channel.write(gathered, channel.voidPromise());
      gathered = Unpooled.EMPTY_BUFFER;
    }
  }

  boolean takesMore() {
    return channel.isWritable();
  }

  /** Bytes that went on. */
  long bytes() {
    return bytes;
  }
}
