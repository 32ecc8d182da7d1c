package dev.sekisho.scan.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A bit stream that is read from its end to its beginning (RFC 8878 section 4.1): the highest bit
 * that is set in the last byte says where it ends. What is read before its beginning is zeros;
 * whoever reads sees that by {@link #left} being negative.
 */
final class BackwardBits {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int start;
  private int left;

  private BackwardBits(byte[] bytes, int start, int left) {
    this.bytes = bytes;
    this.start = start;
    this.left = left;
  }

  static BackwardBits of(byte[] bytes, int start, int end) throws ZstdException {
    if (start == end || bytes[end - 1] == 0) {
      throw new ZstdException("a bit stream has no end mark");
    }
    int unused = Integer.numberOfLeadingZeros(bytes[end - 1] & 0xff) - 24 + 1;
    return new BackwardBits(bytes, start, (end - start) * 8 - unused);
  }

  /** Bits that were not read yet; negative where more were read than there were. */
  int left() {
    return left;
  }

  void left(int now) {
    left = now;
  }

  /**
   * The next bits, as a number.
   *
   * @param count up to 32
   */
  long read(int count) {
    left -= count;
    return bits(left, count);
  }

  long peek(int count) {
    return bits(left - count, count);
  }

  /**
   * The 64 bits that begin at a bit's byte; for whoever takes several numbers out of one load.
   *
   * @param bit not negative
   */
  long load(int bit) {
    return (long) LONG.get(bytes, start + (bit >> 3));
  }

  private long bits(int from, int count) {
    if (from >= 0) {
      return load(from) >>> (from & 7) & (1L << count) - 1;
    }
    int there = from + count;
    return there <= 0 ? 0 : (load(0) & (1L << there) - 1) << -from;
  }
}
