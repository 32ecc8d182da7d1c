package dev.sekisho.scan.zstd;

/** Bits from the front, the lowest of a byte first, as the descriptions of tables are written. */
final class ForwardBits {
  private final Cursor in;
  private int waiting;
  private int count;

  ForwardBits(Cursor in) {
    this.in = in;
  }

  /**
   * The next bits, as a number.
   *
   * @param bits up to 16
   */
  int read(int bits) throws ZstdException {
    while (count < bits) {
      waiting |= in.octet() << count;
      count += 8;
    }
    int number = waiting & (1 << bits) - 1;
    waiting >>>= bits;
    count -= bits;
    return number;
  }
}
