package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32;

/**
 * What gzip has around its deflate stream (RFC 1952 §2.3), octet by octet as it comes. Zlib's own
 * is the inflater's; for it there is nothing here.
 */
final class GzipEnvelope {
  private static final int FIXED_OCTETS = 10;
  private static final int TRAILER_OCTETS = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  /** The parts of a header, in their order. */
  private enum Part {
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CRC,
    NONE
  }

  private final TransferCoding coding;
  private final CRC32 crc = new CRC32();
  private Part part;
  private int flags;
  private int octets;
  private int extra;
  private long trailer;

  GzipEnvelope(TransferCoding coding) {
    this.coding = coding;
    this.part =
        switch (coding) {
          case GZIP -> Part.FIXED;
          case DEFLATE -> Part.NONE;
        };
  }

  /** Takes the header out of the input; whether it is whole. */
  boolean header(ByteBuf in) throws Refusal {
    while (part != Part.NONE) {
      if (!in.isReadable()) {
        return false;
      }
      part = after(in.readUnsignedByte());
    }
    octets = 0;
    return true;
  }

  private Part after(int octet) throws Refusal {
    octets++;
    return switch (part) {
      case FIXED -> fixed(octet);
      case EXTRA_LENGTH -> {
        extra |= octet << 8 * (octets - 1);
        yield octets < 2 ? part : extra > 0 ? begin(Part.EXTRA) : fromName();
      }
      case EXTRA -> octets < extra ? part : fromName();
      case NAME -> octet != 0 ? part : fromComment();
      case COMMENT -> octet != 0 ? part : fromHeaderCrc();
      case HEADER_CRC -> octets < 2 ? part : Part.NONE;
      case NONE -> part;
    };
  }

  private Part fixed(int octet) throws Refusal {
    boolean right =
        switch (octets) {
          case 1 -> octet == 0x1f;
          case 2 -> octet == 0x8b;
          case 3 -> octet == 8;
          case 4 -> (octet & RESERVED) == 0;
          default -> true;
        };
    if (!right) {
      throw new Refusal("a transfer coding gzip that is no gzip");
    }
    if (octets == 4) {
      flags = octet;
    }
    if (octets < FIXED_OCTETS) {
      return part;
    }
    return (flags & EXTRA) != 0 ? begin(Part.EXTRA_LENGTH) : fromName();
  }

  private Part fromName() {
    return (flags & NAME) != 0 ? begin(Part.NAME) : fromComment();
  }

  private Part fromComment() {
    return (flags & COMMENT) != 0 ? begin(Part.COMMENT) : fromHeaderCrc();
  }

  private Part fromHeaderCrc() {
    return (flags & HEADER_CRC) != 0 ? begin(Part.HEADER_CRC) : Part.NONE;
  }

  private Part begin(Part next) {
    octets = 0;
    return next;
  }

  /** Content that came out, for the checksum. */
  void content(ByteBuf piece) {
    if (coding == TransferCoding.GZIP) {
      crc.update(piece.nioBuffer());
    }
  }

  /**
   * Takes the trailer out of the input; whether it is whole.
   *
   * @param length of the content
   */
  boolean trailer(ByteBuf in, long length) throws Refusal {
    if (coding == TransferCoding.DEFLATE) {
      return true;
    }
    while (octets < TRAILER_OCTETS) {
      if (!in.isReadable()) {
        return false;
      }
      trailer |= (long) in.readUnsignedByte() << 8 * octets++;
    }
    if ((int) trailer != (int) crc.getValue() || (int) (trailer >>> 32) != (int) length) {
      throw new Refusal("a transfer coding whose checksum is wrong");
    }
    return true;
  }
}
