package dev.sekisho.scan.zstd;

import java.io.IOException;

/**
 * What stands before the blocks of a frame (RFC 8878 section 3.1.1.1).
 *
 * @param window how far back a match may reach, in bytes
 * @param contentSize in bytes; -1 where it is not said
 */
record FrameHeader(int window, long contentSize, Checksum checksum) {
  /** What a decoder of HTTP must be able to hold, and an encoder must not exceed (RFC 9659). */
  static final int LARGEST_WINDOW = 8 << 20;

  private static final int SINGLE_SEGMENT = 0x20;
  private static final int RESERVED = 0x08;
  private static final int CHECKSUM = 0x04;

  /** Whether four bytes of it follow the last block. */
  enum Checksum {
    FOLLOWS,
    ABSENT
  }

  /** Reads what follows the magic number. */
  static FrameHeader read(CodedBytes in) throws IOException {
    int descriptor = in.octet();
    if ((descriptor & RESERVED) != 0) {
      throw new ZstdException("a reserved bit of a frame header is set");
    }
    boolean single = (descriptor & SINGLE_SEGMENT) != 0;
    long window = single ? 0 : window(in.octet());
    int dictionaryOctets = (1 << (descriptor & 3)) >> 1;
    if (in.number(dictionaryOctets) != 0) {
      throw new ZstdException("it needs a dictionary");
    }
    long size = contentSize(in, descriptor >> 6, single);
    if (single) {
      window = size;
    }
    if (window < 0 || window > LARGEST_WINDOW) {
      throw new ZstdException(
          "it needs a window of "
              + Long.toUnsignedString(window)
              + " bytes, and HTTP allows "
              + LARGEST_WINDOW);
    }
    return new FrameHeader(
        (int) window, size, (descriptor & CHECKSUM) != 0 ? Checksum.FOLLOWS : Checksum.ABSENT);
  }

  private static long window(int descriptor) {
    long base = 1L << (10 + (descriptor >> 3));
    return base + (base >> 3) * (descriptor & 7);
  }

  private static long contentSize(CodedBytes in, int flag, boolean single) throws IOException {
    return switch (flag) {
      case 0 -> single ? in.octet() : -1;
      case 1 -> in.number(2) + 256;
      case 2 -> in.number(4);
      case 3 -> {
        long size = in.number(8);
        if (size < 0) {
          throw new ZstdException("a frame says that it is longer than anything");
        }
        yield size;
      }
      default -> throw new IllegalArgumentException("a flag of two bits: " + flag);
    };
  }
}
