package dev.sekisho.scan.zstd;

/**
 * The bytes of one compressed block, read from the front. The array is longer than the block by
 * {@link #PADDING}, so that eight bytes can be loaded wherever one stands.
 */
final class Cursor {
  static final int PADDING = 8;

  private final byte[] bytes;
  private final int end;
  private int position;

  Cursor(byte[] bytes, int position, int end) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return position;
  }

  int left() {
    return end - position;
  }

  int octet() throws ZstdException {
    if (position == end) {
      throw new ZstdException("a block ends in the middle");
    }
    return bytes[position++] & 0xff;
  }

  /** The next so many bytes for somebody else. */
  Cursor part(int length) throws ZstdException {
    if (length > left()) {
      throw new ZstdException("a part of a block is longer than the block");
    }
    var part = new Cursor(bytes, position, position + length);
    position += length;
    return part;
  }

  /** All that is left, as bits from the back. */
  BackwardBits backward() throws ZstdException {
    return BackwardBits.of(bytes, position, end);
  }
}
