package dev.sekisho.scan.zstd;

import java.util.Arrays;

/**
 * What a frame gave last: as far back as a match may reach, and what nobody has taken yet. Grows
 * with what is written and not with what the header says it will be.
 */
final class Window {
  /** The most that one block gives. */
  static final int BLOCK = 128 << 10;

  private byte[] bytes = new byte[0];
  private int size;
  private int end;
  private int taken;

  /** Begins a frame; what the one before gave is forgotten. */
  void begin(int size) {
    this.size = size;
    end = 0;
    taken = 0;
  }

  /**
   * Makes room. Everything written before was taken.
   *
   * @param more up to {@link #BLOCK}
   */
  void reserve(int more) {
    int most = size + Math.max(size / 4, BLOCK);
    if (end + more > most) {
      System.arraycopy(bytes, end - size, bytes, 0, size);
      end = size;
      taken = size;
    }
    if (end + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end + more, Math.min(most, 2 * bytes.length)));
    }
  }

  /** Where {@link #reserve} made room begins at {@link #end}. */
  byte[] bytes() {
    return bytes;
  }

  int end() {
    return end;
  }

  void wrote(int count) {
    end += count;
  }

  void put(byte[] from, int at, int count) {
    System.arraycopy(from, at, bytes, end, count);
    end += count;
  }

  void fill(byte value, int count) {
    Arrays.fill(bytes, end, end + count, value);
    end += count;
  }

  /** Repeats what was written {@code offset} bytes ago, which may be what it writes itself. */
  void match(long offset, int count) throws ZstdException {
    if (offset > Math.min(end, size)) {
      throw new ZstdException("a match reaches back further than its window");
    }
    int from = end - (int) offset;
    if (offset == 1) {
      fill(bytes[from], count);
      return;
    }
    int left = count;
    while (left > 0) {
      int copied = Math.min(left, end - from);
      System.arraycopy(bytes, from, bytes, end, copied);
      end += copied;
      left -= copied;
    }
  }

  /** Up to {@code length} bytes that nobody has taken yet. */
  int take(byte[] into, int offset, int length) {
    int count = Math.min(length, end - taken);
    System.arraycopy(bytes, taken, into, offset, count);
    taken += count;
    return count;
  }
}
