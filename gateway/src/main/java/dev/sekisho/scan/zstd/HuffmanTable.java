package dev.sekisho.scan.zstd;

import java.util.Arrays;

/**
 * The codes of literals (RFC 8878 section 4.2): a table that the next bits of the stream are looked
 * up in.
 */
final class HuffmanTable {
  private static final int LONGEST_CODE = 11;
  private static final int WEIGHT_ACCURACY = 6;
  private static final int MOST_WEIGHTS = 255;

  /** Codes that fit into one load, wherever in a byte the first begins. */
  private static final int AT_ONCE = 5;

  private static final int LOADED = 56;

  private final int width;

  /** By the next {@link #width} bits: the symbol, and how many of them it takes above it. */
  private final short[] entries;

  private HuffmanTable(int width, short[] entries) {
    this.width = width;
    this.entries = entries;
  }

  static HuffmanTable read(Cursor in) throws ZstdException {
    int head = in.octet();
    byte[] weights = new byte[MOST_WEIGHTS + 1];
    int count = head < 128 ? coded(in.part(head), weights) : written(in, head - 127, weights);
    return of(weights, count);
  }

  /** Four bits each. */
  private static int written(Cursor in, int count, byte[] weights) throws ZstdException {
    for (int i = 0; i < count; i += 2) {
      int two = in.octet();
      weights[i] = (byte) (two >> 4);
      weights[i + 1] = (byte) (two & 0x0f);
    }
    return count;
  }

  /**
   * By finite state entropy, two states taking turns. Where there are not enough bits left for one
   * to go on, the other gives the last weight.
   */
  private static int coded(Cursor in, byte[] weights) throws ZstdException {
    FseTable table = FseTable.read(in, WEIGHT_ACCURACY, LONGEST_CODE + 1);
    BackwardBits bits = in.backward();
    int now = table.first(bits);
    int other = table.first(bits);
    if (bits.left() < 0) {
      throw new ZstdException("the weights of literals are cut off");
    }
    int count = 0;
    while (true) {
      if (count + 2 > MOST_WEIGHTS) {
        throw new ZstdException("there are more weights than literals");
      }
      weights[count++] = (byte) table.symbol(now);
      if (bits.left() < table.width(now)) {
        weights[count++] = (byte) table.symbol(other);
        return count;
      }
      int next = table.next(now, bits);
      now = other;
      other = next;
    }
  }

  /**
   * @param weights by symbol, without the last, which follows from the others
   */
  private static HuffmanTable of(byte[] weights, int count) throws ZstdException {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] > LONGEST_CODE) {
        throw new ZstdException("a code of literals is too long");
      }
      sum += (1 << weights[i]) >> 1;
    }
    int width = Integer.SIZE - Integer.numberOfLeadingZeros(sum);
    int left = (1 << width) - sum;
    if (sum == 0 || width > LONGEST_CODE || Integer.bitCount(left) != 1) {
      throw new ZstdException("the codes of literals are not complete");
    }
    weights[count] = (byte) (1 + Integer.numberOfTrailingZeros(left));
    return new HuffmanTable(width, entries(weights, count, width));
  }

  private static short[] entries(byte[] weights, int last, int width) throws ZstdException {
    short[] entries = new short[1 << width];
    int at = 0;
    for (int weight = 1; weight <= width; weight++) {
      for (int symbol = 0; symbol <= last; symbol++) {
        if (weights[symbol] == weight) {
          int end = at + (1 << (weight - 1));
          Arrays.fill(entries, at, end, (short) (symbol | (width + 1 - weight) << 8));
          at = end;
        }
      }
      if (weight == 1 && at == 0) {
        throw new ZstdException("no literal has a code of the full length");
      }
    }
    return entries;
  }

  /** Decodes one stream, which must give exactly so many literals. */
  void decode(BackwardBits bits, byte[] into, int from, int count) throws ZstdException {
    int at = from;
    int end = from + count;
    int left = bits.left();
    int mask = (1 << width) - 1;
    while (end - at >= AT_ONCE && left >= LOADED) {
      int base = left - LOADED & ~7;
      long loaded = bits.load(base);
      int top = left - base;
      for (int i = 0; i < AT_ONCE; i++) {
        int entry = entries[(int) (loaded >>> (top - width)) & mask];
        into[at++] = (byte) entry;
        top -= entry >> 8;
      }
      left = base + top;
    }
    bits.left(left);
    while (at < end) {
      int entry = entries[(int) bits.peek(width)];
      into[at++] = (byte) entry;
      bits.read(entry >> 8);
    }
    if (bits.left() != 0) {
      throw new ZstdException("a stream of literals is longer or shorter than it should be");
    }
  }
}
