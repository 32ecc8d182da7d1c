package dev.sekisho.data.websocket;

import io.netty.buffer.ByteBuf;

/**
 * The head of a frame that keeps the rules (RFC 6455 §5.2).
 *
 * @param last the bit FIN
 * @param compressed the bit RSV1, as RFC 7692 uses it
 * @param mask big-endian; 0 where the frame is not masked
 * @param length of the payload, in bytes
 */
record FrameHead(
    Opcode opcode, boolean last, boolean compressed, boolean masked, int mask, long length)
    implements HeadRead {
  /** A control frame's payload is no longer (RFC 6455 §5.5). */
  static final int MOST_OF_CONTROL = 125;

  private static final int IN_TWO_BYTES = 126;
  private static final int IN_EIGHT_BYTES = 127;
  private static final int LARGEST_OF_TWO_BYTES = 0xffff;

  /** Bytes of the head itself: there is one length for each payload, the shortest. */
  int size() {
    int extended = length <= MOST_OF_CONTROL ? 0 : length <= LARGEST_OF_TWO_BYTES ? 2 : 8;
    return 2 + extended + (masked ? 4 : 0);
  }

  /**
   * Reads the head at the beginning of the bytes, and takes nothing. What the first two bytes tell
   * is refused as soon as they are there.
   *
   * @param compressible whether both sides agreed on compression
   */
  static HeadRead read(ByteBuf in, Sender sender, boolean compressible) {
    if (in.readableBytes() < 2) {
      return HeadRead.NEED_MORE;
    }
    int at = in.readerIndex();
    int first = in.getUnsignedByte(at);
    int second = in.getUnsignedByte(at + 1);
    Opcode opcode = Opcode.of(first & 0x0f);
    if (opcode == null) {
      return broken("an opcode that is reserved (" + (first & 0x0f) + ")");
    }
    boolean last = (first & 0x80) != 0;
    boolean compressed = (first & 0x40) != 0;
    boolean masked = (second & 0x80) != 0;
    int length = second & 0x7f;
    if ((first & 0x30) != 0 || compressed && !(compressible && mayBeCompressed(opcode))) {
      return broken("a reserved bit that nothing was agreed for");
    }
    if (opcode.isControl() && !last) {
      return broken("a control frame in fragments");
    }
    if (opcode.isControl() && length > MOST_OF_CONTROL) {
      return broken("a control frame of more than 125 bytes");
    }
    if (masked != (sender == Sender.CLIENT)) {
      return broken(masked ? "a mask, which origins do not use" : "no mask");
    }
    return withLength(in, at + 2, length, new FrameHead(opcode, last, compressed, masked, 0, 0));
  }

  /** The first frame of a message says it for all (RFC 7692 §6). */
  private static boolean mayBeCompressed(Opcode opcode) {
    return opcode == Opcode.TEXT || opcode == Opcode.BINARY;
  }

  private static HeadRead withLength(ByteBuf in, int at, int coded, FrameHead so) {
    int extended = coded == IN_TWO_BYTES ? 2 : coded == IN_EIGHT_BYTES ? 8 : 0;
    int maskAt = at + extended;
    if (in.writerIndex() < maskAt + (so.masked ? 4 : 0)) {
      return HeadRead.NEED_MORE;
    }
    long length =
        switch (extended) {
          case 2 -> in.getUnsignedShort(at);
          case 8 -> in.getLong(at);
          default -> coded;
        };
    if (length < 0) {
      return broken("a length with its highest bit set");
    }
    if (extended == 2 && length < IN_TWO_BYTES || extended == 8 && length <= LARGEST_OF_TWO_BYTES) {
      return broken("a length in more bytes than it needs");
    }
    int mask = so.masked ? in.getInt(maskAt) : 0;
    return new FrameHead(so.opcode, so.last, so.compressed, so.masked, mask, length);
  }

  private static HeadRead broken(String what) {
    return new HeadRead.Broken(what);
  }
}
