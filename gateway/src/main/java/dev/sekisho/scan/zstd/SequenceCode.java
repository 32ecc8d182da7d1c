package dev.sekisho.scan.zstd;

/**
 * One of the three numbers of a sequence: what its codes mean, and what their table is where a
 * block brings none (RFC 8878 section 3.1.1.3.2).
 */
enum SequenceCode {
  LITERALS_LENGTH(
      9,
      codes(16, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
      6,
      4,
      3,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      1,
      1,
      1,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      2,
      3,
      2,
      1,
      1,
      1,
      1,
      1,
      -1,
      -1,
      -1,
      -1),
  OFFSET(
      8, powers(), 5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1,
      -1, -1, -1, -1),
  MATCH_LENGTH(
      9,
      codes(32, 3, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
      6,
      1,
      4,
      3,
      2,
      2,
      2,
      2,
      2,
      2,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      1,
      -1,
      -1,
      -1,
      -1,
      -1,
      -1,
      -1);

  private static final int LARGEST_OFFSET_CODE = 31;

  private final int mostAccuracy;

  /** By code: the least value it stands for in the upper part, above the width of what is added. */
  private final long[] codes;

  private final FseTable usual;

  SequenceCode(int mostAccuracy, long[] codes, int accuracy, int... probabilities) {
    this.mostAccuracy = mostAccuracy;
    this.codes = codes;
    try {
      this.usual = FseTable.of(accuracy, probabilities);
    } catch (ZstdException e) {
      throw new IllegalStateException("a table of the standard is wrong", e);
    }
  }

  private static long[] codes(int plain, int least, int... widths) {
    long[] codes = new long[plain + widths.length];
    long value = least;
    for (int code = 0; code < codes.length; code++) {
      int width = code < plain ? 0 : widths[code - plain];
      codes[code] = value << 8 | width;
      value += 1L << width;
    }
    return codes;
  }

  private static long[] powers() {
    long[] codes = new long[LARGEST_OFFSET_CODE + 1];
    for (int code = 0; code < codes.length; code++) {
      codes[code] = 1L << code << 8 | code;
    }
    return codes;
  }

  FseTable usual() {
    return usual;
  }

  /** A table with one symbol, named by one octet. */
  FseTable readOnly(Cursor in) throws ZstdException {
    int symbol = in.octet();
    if (symbol >= codes.length) {
      throw new ZstdException("a table has a symbol that does not exist");
    }
    return FseTable.only(symbol);
  }

  FseTable readTable(Cursor in) throws ZstdException {
    return FseTable.read(in, mostAccuracy, codes.length - 1);
  }

  /** The number a code and the bits after it stand for. */
  long value(int code, BackwardBits bits) {
    long entry = codes[code];
    return (entry >> 8) + bits.read((int) entry & 0xff);
  }
}
