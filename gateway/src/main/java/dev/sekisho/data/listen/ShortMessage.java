package dev.sekisho.data.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** What has come of a message that is not long enough to be scanned, as far as one knows. */
final class ShortMessage {
  private final ByteBufAllocator allocator;
  private ByteBuf wire = Unpooled.EMPTY_BUFFER;
  private ByteBuf content = Unpooled.EMPTY_BUFFER;

  ShortMessage(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  void wire(ByteBuf bytes) {
    wire = (wire.isReadable() ? wire : allocator.buffer(bytes.readableBytes()));
    wire.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
  }

  void content(byte[] bytes, int length) {
    content = content.isReadable() ? content : allocator.buffer(length);
    content.writeBytes(bytes, 0, length);
  }

  /** Bytes as they came, heads of frames among them. */
  int wireLength() {
    return wire.readableBytes();
  }

  /** Bytes of what it says. */
  int contentLength() {
    return content.readableBytes();
  }

  /** Its frames go on, and nothing is left. */
  void passTo(Outlet to) {
    to.copy(wire);
    drop();
  }

  /** It is held from now on. */
  void moveTo(HeldMessage message) {
    message.wire(wire);
    message.content(content);
    drop();
  }

  void drop() {
    wire.release();
    wire = Unpooled.EMPTY_BUFFER;
    content.release();
    content = Unpooled.EMPTY_BUFFER;
  }
}
