package dev.sekisho.scan.zstd;

import org.jspecify.annotations.Nullable;

/** The tables of a block's three numbers; null where no block of the frame has had one. */
record Tables(
    @Nullable FseTable literalsOrNull,
    @Nullable FseTable offsetsOrNull,
    @Nullable FseTable matchesOrNull) {
  static final Tables NONE = new Tables(null, null, null);

  FseTable literals() throws ZstdException {
    return there(literalsOrNull);
  }

  FseTable offsets() throws ZstdException {
    return there(offsetsOrNull);
  }

  FseTable matches() throws ZstdException {
    return there(matchesOrNull);
  }

  /** The tables of the block whose description comes next, some of which may be these. */
  Tables read(Cursor in) throws ZstdException {
    int modes = in.octet();
    if ((modes & 3) != 0) {
      throw new ZstdException("a reserved bit of a block is set");
    }
    FseTable literals = table(in, SequenceCode.LITERALS_LENGTH, modes >> 6, literalsOrNull);
    FseTable offsets = table(in, SequenceCode.OFFSET, modes >> 4 & 3, offsetsOrNull);
    FseTable matches = table(in, SequenceCode.MATCH_LENGTH, modes >> 2 & 3, matchesOrNull);
    return new Tables(literals, offsets, matches);
  }

  private static FseTable table(Cursor in, SequenceCode code, int mode, @Nullable FseTable before)
      throws ZstdException {
    return switch (mode) {
      case 0 -> code.usual();
      case 1 -> code.readOnly(in);
      case 2 -> code.readTable(in);
      default -> there(before);
    };
  }

  private static FseTable there(@Nullable FseTable table) throws ZstdException {
    if (table == null) {
      throw new ZstdException("a block uses a table of a block before, and there is none");
    }
    return table;
  }
}
