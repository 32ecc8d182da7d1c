package dev.sekisho.scan.zstd;

/**
 * The sequences of one block: so many literals, then a match, again and again (RFC 8878 sections
 * 3.1.1.3.2 and 3.1.1.4). Tables and offsets live as long as the frame.
 */
final class Sequences {
  private final Offsets offsets = new Offsets();
  private Tables tables = Tables.NONE;

  void beginFrame() {
    offsets.beginFrame();
    tables = Tables.NONE;
  }

  /**
   * Writes what the block gives.
   *
   * @param most what it may give at the most, for which there is room
   */
  void execute(Cursor in, Literals literals, Window window, int most) throws ZstdException {
    int count = count(in);
    int limit = window.end() + most;
    if (count > 0) {
      tables = tables.read(in);
      run(in.backward(), count, literals, window, limit);
    } else if (in.left() > 0) {
      throw new ZstdException("something follows the literals of a block");
    }
    checkRoom(window, literals.left(), limit);
    literals.into(window, literals.left());
  }

  private static int count(Cursor in) throws ZstdException {
    int head = in.octet();
    if (head < 128) {
      return head;
    }
    return head < 255 ? (head - 128 << 8) + in.octet() : (in.octet() | in.octet() << 8) + 0x7f00;
  }

  private void run(BackwardBits bits, int count, Literals literals, Window window, int limit)
      throws ZstdException {
    FseTable lengths = tables.literals();
    FseTable distances = tables.offsets();
    FseTable matches = tables.matches();
    int length = lengths.first(bits);
    int distance = distances.first(bits);
    int match = matches.first(bits);
    for (int i = 0; i < count; i++) {
      long offset = SequenceCode.OFFSET.value(distances.symbol(distance), bits);
      long copied = SequenceCode.MATCH_LENGTH.value(matches.symbol(match), bits);
      long before = SequenceCode.LITERALS_LENGTH.value(lengths.symbol(length), bits);
      if (bits.left() < 0) {
        throw new ZstdException("the sequences of a block are cut off");
      }
      checkRoom(window, before + copied, limit);
      literals.into(window, (int) before);
      window.match(offsets.of(offset, before), (int) copied);
      if (i + 1 < count) {
        length = lengths.next(length, bits);
        match = matches.next(match, bits);
        distance = distances.next(distance, bits);
      }
    }
    if (bits.left() != 0) {
      throw new ZstdException("something follows the sequences of a block");
    }
  }

  private static void checkRoom(Window window, long more, int limit) throws ZstdException {
    if (window.end() + more > limit) {
      throw new ZstdException("a block gives more than it may");
    }
  }
}
