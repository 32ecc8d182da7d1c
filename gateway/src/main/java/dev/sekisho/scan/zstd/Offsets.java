package dev.sekisho.scan.zstd;

/** The last three offsets of a frame, which have short names (RFC 8878 section 3.1.1.5). */
final class Offsets {
  private long first;
  private long second;
  private long third;

  void beginFrame() {
    first = 1;
    second = 4;
    third = 8;
  }

  /**
   * What an offset value means, which becomes the last offset.
   *
   * @param literals the literals before the match; without any, the names mean the next one
   */
  long of(long value, long literals) throws ZstdException {
    if (value > 3) {
      return pushed(value - 3);
    }
    int name = (int) value + (literals == 0 ? 1 : 0);
    switch (name) {
      case 1 -> {
        return first;
      }
      case 2 -> {
        long offset = second;
        second = first;
        first = offset;
        return offset;
      }
      case 3 -> {
        return pushed(third);
      }
      default -> {
        if (first == 1) {
          throw new ZstdException("a match has no distance");
        }
        return pushed(first - 1);
      }
    }
  }

  private long pushed(long offset) {
    third = second;
    second = first;
    first = offset;
    return offset;
  }
}
