package dev.sekisho.scan.zstd;

/**
 * A decoding table of finite state entropy (RFC 8878 section 4.1): every state stands for a symbol
 * and says how many bits lead to the next state.
 */
final class FseTable {
  private static final int LEAST_ACCURACY = 5;

  private final int accuracy;

  /** By state: the symbol, the number of bits in the second octet, the base in the upper half. */
  private final int[] states;

  private FseTable(int accuracy, int[] states) {
    this.accuracy = accuracy;
    this.states = states;
  }

  /** One state that never changes and takes no bits. */
  static FseTable only(int symbol) {
    return new FseTable(0, new int[] {symbol});
  }

  /**
   * Reads how probable each symbol is, and makes a table of it.
   *
   * @param mostAccuracy what the kind of table may have
   * @param lastSymbol the largest that exists
   */
  static FseTable read(Cursor in, int mostAccuracy, int lastSymbol) throws ZstdException {
    var bits = new ForwardBits(in);
    int accuracy = LEAST_ACCURACY + bits.read(4);
    if (accuracy > mostAccuracy) {
      throw new ZstdException("a table is more accurate than may be");
    }
    int[] probabilities = new int[lastSymbol + 1];
    int left = 1 << accuracy;
    int symbol = 0;
    while (left > 0) {
      if (symbol > lastSymbol) {
        throw new ZstdException("a table has a symbol that does not exist");
      }
      int probability = probability(bits, left);
      left -= Math.abs(probability);
      probabilities[symbol++] = probability;
      if (probability == 0) {
        symbol += zeros(bits);
      }
    }
    if (left < 0) {
      throw new ZstdException("the probabilities of a table do not add up");
    }
    return of(accuracy, probabilities);
  }

  /** As few bits as tell the numbers apart that are possible still; the smaller ones take less. */
  private static int probability(ForwardBits bits, int left) throws ZstdException {
    int width = Integer.SIZE - Integer.numberOfLeadingZeros(left + 1);
    int half = 1 << (width - 1);
    int fewer = 2 * half - 1 - (left + 1);
    int value = bits.read(width - 1);
    if (value >= fewer && bits.read(1) == 1) {
      value += half - fewer;
    }
    return value - 1;
  }

  /** How many symbols more have no probability. */
  private static int zeros(ForwardBits bits) throws ZstdException {
    int zeros = 0;
    while (true) {
      int more = bits.read(2);
      zeros += more;
      if (more < 3) {
        return zeros;
      }
    }
  }

  /**
   * @param probabilities by symbol, in parts of the table; -1 for less than one
   */
  static FseTable of(int accuracy, int[] probabilities) throws ZstdException {
    int size = 1 << accuracy;
    int[] symbols = spread(size, probabilities);
    int[] next = new int[probabilities.length];
    for (int symbol = 0; symbol < next.length; symbol++) {
      next[symbol] = Math.abs(probabilities[symbol]);
    }
    int[] states = new int[size];
    for (int state = 0; state < size; state++) {
      int symbol = symbols[state];
      int number = next[symbol]++;
      int bits = accuracy - (31 - Integer.numberOfLeadingZeros(number));
      states[state] = symbol | bits << 8 | ((number << bits) - size) << 16;
    }
    return new FseTable(accuracy, states);
  }

  /** Which symbol each state stands for. The rare ones are at the end, the others all over. */
  private static int[] spread(int size, int[] probabilities) throws ZstdException {
    int[] symbols = new int[size];
    int high = size;
    for (int symbol = 0; symbol < probabilities.length; symbol++) {
      if (probabilities[symbol] == -1) {
        symbols[--high] = symbol;
      }
    }
    int step = (size >> 1) + (size >> 3) + 3;
    int at = 0;
    for (int symbol = 0; symbol < probabilities.length; symbol++) {
      for (int i = 0; i < probabilities[symbol]; i++) {
        symbols[at] = symbol;
        do {
          at = at + step & size - 1;
        } while (at >= high);
      }
    }
    if (at != 0) {
      throw new ZstdException("the probabilities of a table do not add up");
    }
    return symbols;
  }

  int first(BackwardBits bits) {
    return (int) bits.read(accuracy);
  }

  int symbol(int state) {
    return states[state] & 0xff;
  }

  /** How many bits {@link #next} takes. */
  int width(int state) {
    return states[state] >> 8 & 0xff;
  }

  int next(int state, BackwardBits bits) {
    int entry = states[state];
    return (entry >>> 16) + (int) bits.read(entry >> 8 & 0xff);
  }
}
