package dev.sekisho.scan.zstd;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The literals of one block (RFC 8878 section 3.1.1.3.1), and how many of them were used. */
final class Literals {
  private static final int LEAST_FOR_FOUR = 6;

  private byte[] bytes = new byte[0];
  private int size;
  private int used;

  /** Of the last block that had one; a block may say that it uses it again. */
  private @Nullable HuffmanTable table;

  void beginFrame() {
    table = null;
  }

  /**
   * @param most what a block of this frame may give
   */
  void read(Cursor in, int most) throws ZstdException {
    int head = in.octet();
    int format = head >> 2 & 3;
    used = 0;
    switch (head & 3) {
      case 0 -> {
        room(plainSize(in, head, format), most);
        Cursor raw = in.part(size);
        System.arraycopy(raw.bytes(), raw.position(), bytes, 0, size);
      }
      case 1 -> {
        room(plainSize(in, head, format), most);
        Arrays.fill(bytes, 0, size, (byte) in.octet());
      }
      default -> coded(in, head, most);
    }
  }

  private static int plainSize(Cursor in, int head, int format) throws ZstdException {
    return switch (format) {
      case 1 -> head >> 4 | in.octet() << 4;
      case 3 -> head >> 4 | in.octet() << 4 | in.octet() << 12;
      default -> head >> 3;
    };
  }

  private void room(int size, int most) throws ZstdException {
    if (size > most) {
      throw new ZstdException("a block has more literals than it may");
    }
    if (size > bytes.length) {
      bytes = new byte[size];
    }
    this.size = size;
  }

  private void coded(Cursor in, int head, int most) throws ZstdException {
    int format = head >> 2 & 3;
    int width = format < 2 ? 10 : format == 2 ? 14 : 18;
    long sizes = head >> 4;
    for (int shift = 4; shift < 2 * width; shift += 8) {
      sizes |= (long) in.octet() << shift;
    }
    int mask = (1 << width) - 1;
    room((int) sizes & mask, most);
    Cursor coded = in.part((int) (sizes >> width) & mask);
    if ((head & 3) == 2) {
      table = HuffmanTable.read(coded);
    }
    if (table == null) {
      throw new ZstdException("a block uses the codes of a block before, and there is none");
    }
    if (format == 0) {
      table.decode(coded.backward(), bytes, 0, size);
    } else {
      four(table, coded);
    }
  }

  private void four(HuffmanTable codes, Cursor in) throws ZstdException {
    if (size < LEAST_FOR_FOUR) {
      throw new ZstdException("so few literals are not in four streams");
    }
    int[] lengths = new int[3];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = in.octet() | in.octet() << 8;
    }
    int each = (size + 3) / 4;
    for (int i = 0; i < lengths.length; i++) {
      codes.decode(in.part(lengths[i]).backward(), bytes, i * each, each);
    }
    codes.decode(in.backward(), bytes, 3 * each, size - 3 * each);
  }

  int left() {
    return size - used;
  }

  /** Copies the next ones out. */
  void into(Window window, int count) throws ZstdException {
    if (count > left()) {
      throw new ZstdException("a block uses more literals than it has");
    }
    window.put(bytes, used, count);
    used += count;
  }
}
