package dev.sekisho.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of a segment: a header of 64 bytes, then entries, each on a multiple of 16 bytes, then
 * zeroes to the end of the file. All numbers are little-endian.
 *
 * <pre>
 * header   0  magic "SEKISHOJ"          entry   0  CRC32C of everything after it (4)
 *          8  version (2)                       4  length of the payload (4); 0: no entry here (yet)
 *         10  event loop (2)                    8  number of the entry in its segment, from 1 (4)
 *         12  CRC32C of 0-11, 16-31 (4)        12  type (1): see {@link Type}
 *         16  created, microseconds (8)        13  zero (3)
 *         24  run of the process (8)           16  payload: JSON in UTF-8; zeroes up to a multiple of 16
 *         32  bytes used; 0 while written (8)
 *         40  finished, microseconds (8)
 *         48  1: what was opened here, or earlier in the loop, has its end on the disk (4)
 * </pre>
 *
 * The first eight bytes of an entry are stored last and at once, so an entry is there or not,
 * whatever kills the process. After a power failure, pages may be missing in any order; the CRC
 * tells. The number tells when an entry was cut out. Zeroes where an entry could begin mean that
 * the rest of the page is skipped, when the next page begins with the next entry, and the end
 * otherwise.
 */
final class SegmentFormat {
  static final int HEADER = 64;
  static final int ENTRY_HEADER = 16;
  static final int ALIGNMENT = 16;
  static final int PAGE = 4096;

  /**
   * Greatest entry, header included; field limits of the encoder keep below it, and a test holds
   * them to it.
   */
  static final int MOST_ENTRY = 64 << 10;

  static final int VERSION = 1;
  static final int USED_AT = 32;
  static final int FINISHED_AT = 40;
  static final int SETTLED_AT = 48;

  /** The number of the loop under which a restart writes what the crash interrupted. */
  static final int RECOVERY_LOOP = 0xFFFF;

  static final String SUFFIX = ".segment";
  private static final byte[] MAGIC = "SEKISHOJ".getBytes(StandardCharsets.US_ASCII);

  enum Type {
    OPENED,
    CLOSED,
    INTERRUPTED;

    static @Nullable Type of(int code) {
      return switch (code) {
        case 1 -> OPENED;
        case 2 -> CLOSED;
        case 3 -> INTERRUPTED;
        default -> null;
      };
    }

    byte code() {
      return (byte) (ordinal() + 1);
    }
  }

  /**
   * @param used bytes used, 0 while the segment is being written
   * @param finishedMicros when it was finished, 0 while it is being written
   */
  record Header(
      int loop, long createdMicros, long run, long used, long finishedMicros, boolean settled) {}

  private SegmentFormat() {}

  static ByteBuffer header(int loop, long createdMicros, long run) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header
        .put(0, MAGIC)
        .putShort(8, (short) VERSION)
        .putShort(10, (short) loop)
        .putLong(16, createdMicros)
        .putLong(24, run);
    return header.putInt(12, headerCrc(header));
  }

  /** Null when these bytes are no header that this version can read. */
  static @Nullable Header parseHeader(ByteBuffer bytes) {
    ByteBuffer header = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (header.remaining() < HEADER
        || header.getShort(8) != VERSION
        || header.getInt(12) != headerCrc(header)) {
      return null;
    }
    byte[] magic = new byte[MAGIC.length];
    header.get(0, magic);
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      return null;
    }
    return new Header(
        header.getShort(10) & 0xFFFF,
        header.getLong(16),
        header.getLong(24),
        header.getLong(USED_AT),
        header.getLong(FINISHED_AT),
        header.getInt(SETTLED_AT) == 1);
  }

  private static int headerCrc(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    byte[] bytes = new byte[28];
    header.get(0, bytes, 0, 12);
    header.get(16, bytes, 12, 16);
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  static int aligned(int length) {
    return length + ALIGNMENT - 1 & -ALIGNMENT;
  }
}
