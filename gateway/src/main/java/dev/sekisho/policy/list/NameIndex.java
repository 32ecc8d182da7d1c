package dev.sekisho.policy.list;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Every name of every list and category in one immutable file that is mapped, not read: no heap, an
 * instant restart, and pages shared with whoever else maps it. A name is kept as its keyed hash
 * alone (eight bytes), with the number of the set of lists that have it (two bytes, four when there
 * are more than 65,535 different sets); see docs/decisions for the layout and for what that costs
 * in certainty. The mapping lives as long as somebody can still reach the index.
 */
public final class NameIndex {
  private static final long MAGIC = 0x53454b4e414d4531L;

  /**
   * How many prefixes of a path are looked up: one for each segment, the path and the path with its
   * query.
   */
  public static final int MOST_PREFIXES = EntryReader.MOST_SEGMENTS + 3;

  private static final int HEADER = 64;
  private static final long PARENTS = 36;
  private static final long CHECKSUM = 40;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NameHash hash;
  private final MemorySegment file;
  private final Layout layout;
  // the layout's offsets, computed once: a look-up is a handful of loads
  private final int bits;
  private final int size;
  private final int parents;
  private final boolean wide;
  private final long starts;
  private final long keys;
  private final long setNumbers;
  private final long setStarts;
  private final long tokens;

  private NameIndex(NameHash hash, MemorySegment file, Layout layout) {
    this.hash = hash;
    this.file = file;
    this.layout = layout;
    this.bits = layout.bits;
    this.size = layout.size;
    this.parents = file.get(INT, PARENTS);
    this.wide = layout.setWidth() == 4;
    this.starts = layout.starts();
    this.keys = layout.keys();
    this.setNumbers = layout.setNumbers();
    this.setStarts = layout.setStarts();
    this.tokens = layout.tokenList();
  }

  /** Where the parts of the file are, in bytes from its beginning, each on a multiple of eight. */
  private record Layout(int bits, int size, int sets, int tokens, int manifest) {
    int setWidth() {
      return sets > 0xffff ? 4 : 2;
    }

    long starts() {
      return HEADER;
    }

    long keys() {
      return aligned(starts() + 4L * ((1L << bits) + 1));
    }

    long setNumbers() {
      return keys() + 8L * size;
    }

    long setStarts() {
      return aligned(setNumbers() + (long) setWidth() * size);
    }

    long tokenList() {
      return aligned(setStarts() + 4L * (sets + 1));
    }

    long manifestText() {
      return aligned(tokenList() + 4L * tokens);
    }

    long end() {
      return aligned(manifestText() + manifest);
    }

    private static long aligned(long offset) {
      return (offset + 7) & ~7L;
    }
  }

  /** The index without a single name. */
  public static NameIndex empty(NameHash hash) {
    IndexBuilder.Sorted nothing = new IndexBuilder().sorted();
    Layout layout = new Layout(nothing.bits(), 0, 0, 0, 0);
    MemorySegment memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) layout.end()));
    return new NameIndex(hash, memory, layout);
  }

  /** Writes a new index file, complete or not at all. */
  static void write(Path target, NameHash hash, IndexBuilder.Sorted sorted, String manifest)
      throws IOException {
    byte[] text = manifest.getBytes(StandardCharsets.UTF_8);
    Layout layout =
        new Layout(
            sorted.bits(),
            sorted.size(),
            sorted.setStarts().length - 1,
            sorted.tokens().length,
            text.length);
    Path written = PrivateFiles.temporary(target);
    try (FileChannel channel =
            FileChannel.open(written, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_WRITE, 0, layout.end(), arena);
      fill(file, layout, sorted);
      MemorySegment.copy(text, 0, file, ValueLayout.JAVA_BYTE, layout.manifestText(), text.length);
      header(file, layout, hash, sorted.parents());
      file.force();
    }
    PrivateFiles.putInPlace(written, target);
  }

  private static void fill(MemorySegment file, Layout layout, IndexBuilder.Sorted sorted) {
    MemorySegment.copy(sorted.starts(), 0, file, INT, layout.starts(), sorted.starts().length);
    MemorySegment.copy(sorted.keys(), 0, file, LONG, layout.keys(), sorted.size());
    if (layout.setWidth() == 4) {
      MemorySegment.copy(sorted.sets(), 0, file, INT, layout.setNumbers(), sorted.size());
    } else {
      for (int i = 0; i < sorted.size(); i++) {
        file.set(SHORT, layout.setNumbers() + 2L * i, (short) sorted.sets()[i]);
      }
    }
    MemorySegment.copy(
        sorted.setStarts(), 0, file, INT, layout.setStarts(), sorted.setStarts().length);
    MemorySegment.copy(sorted.tokens(), 0, file, INT, layout.tokenList(), sorted.tokens().length);
  }

  private static void header(MemorySegment file, Layout layout, NameHash hash, int parents) {
    file.set(LONG, 0, MAGIC);
    file.set(LONG, 8, hash.check());
    file.set(INT, 16, layout.bits);
    file.set(INT, 20, layout.size);
    file.set(INT, 24, layout.sets);
    file.set(INT, 28, layout.tokens);
    file.set(INT, 32, layout.manifest);
    file.set(INT, PARENTS, parents);
    file.set(LONG, CHECKSUM, checksum(file));
  }

  /**
   * Maps an index file.
   *
   * @return empty when it is damaged, of another version or of another key, and has to be built
   *     again
   */
  static Optional<NameIndex> open(Path path, NameHash hash) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() < HEADER) {
        return Optional.empty();
      }
      MemorySegment file =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      if (file.get(LONG, 0) != MAGIC || file.get(LONG, 8) != hash.check()) {
        return Optional.empty();
      }
      Layout layout =
          new Layout(
              file.get(INT, 16),
              file.get(INT, 20),
              file.get(INT, 24),
              file.get(INT, 28),
              file.get(INT, 32));
      boolean whole =
          layout.bits > 0
              && layout.bits <= 24
              && layout.size >= 0
              && layout.end() == file.byteSize()
              && checksum(file) == file.get(LONG, CHECKSUM);
      return whole ? Optional.of(new NameIndex(hash, file, layout)) : Optional.empty();
    }
  }

  /** Of all but the checksum itself. */
  private static long checksum(MemorySegment file) {
    CRC32C crc = new CRC32C();
    crc.update(file.asSlice(0, CHECKSUM).asByteBuffer());
    long step = 1L << 30;
    for (long from = HEADER; from < file.byteSize(); from += step) {
      crc.update(file.asSlice(from, Math.min(step, file.byteSize() - from)).asByteBuffer());
    }
    return crc.getValue();
  }

  public NameHash hash() {
    return hash;
  }

  /** How many different names, hosts with URLs, and URLs it has. */
  public int size() {
    return layout.size;
  }

  /** What it takes on disk, and in the page cache once it was all touched. */
  public long bytes() {
    return file.byteSize();
  }

  String manifest() {
    byte[] text = new byte[layout.manifest];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, layout.manifestText(), text, 0, text.length);
    return new String(text, StandardCharsets.UTF_8);
  }

  /**
   * The lists that have a name.
   *
   * @param hashes of the name's suffixes, the whole name last ({@link NameHash#suffixes})
   * @param scratch as long as {@code hashes}
   * @param members receives a bit for each list that has the name, or has a parent of it together
   *     with everything below
   * @param withUrls receives a bit for each list that has URLs of this very host
   */
  public void names(long[] hashes, int[] scratch, int count, long[] members, long[] withUrls) {
    // a parent counts only by entries that stand for what is below them, and of most lengths, as of
    // top-level domains, there are none; the others are loaded level by level, so that no load
    // waits for another: each is a miss in a large index
    for (int i = 0; i < count; i++) {
      boolean asked = i == count - 1 || (parents & IndexBuilder.parentBit(i + 1)) != 0;
      scratch[i] = asked ? file.get(INT, starts + 4L * IndexBuilder.bucket(hashes[i], bits)) : size;
    }
    for (int i = 0; i < count; i++) {
      int entry = find(hashes[i], scratch[i]);
      if (entry >= 0) {
        take(entry, i == count - 1, members, withUrls);
      }
    }
  }

  /**
   * Takes the tokens of an entry that was found: those that hold for a parent, or all when it is
   * the name itself.
   */
  private void take(int entry, boolean whole, long[] members, long[] withUrls) {
    int set = set(entry);
    int end = setStart(set + 1);
    for (int t = setStart(set); t < end; t++) {
      int token = file.get(INT, tokens + 4L * t);
      int kind = token & 3;
      if (kind == IndexBuilder.BELOW || (whole && kind == IndexBuilder.EXACT)) {
        mark(members, token >>> 2);
      } else if (whole && kind == IndexBuilder.HAS_URLS) {
        mark(withUrls, token >>> 2);
      }
    }
  }

  /**
   * The lists that have a URL of this host at or above the path.
   *
   * @param path one reading of it
   * @param scratch holds the hashes; its length bounds how many segments are looked at
   */
  public void urls(long host, String path, @Nullable String query, long[] scratch, long[] members) {
    int count = hash.prefixes(host, path, query, scratch);
    for (int i = 0; i < count; i++) {
      int entry = find(scratch[i]);
      if (entry < 0) {
        continue;
      }
      int set = set(entry);
      int end = setStart(set + 1);
      for (int t = setStart(set); t < end; t++) {
        int token = file.get(INT, tokens + 4L * t);
        if ((token & 3) == IndexBuilder.URL) {
          mark(members, token >>> 2);
        }
      }
    }
  }

  private static void mark(long[] members, int list) {
    members[list >>> 6] |= 1L << list;
  }

  private int set(int entry) {
    return wide
        ? file.get(INT, setNumbers + 4L * entry)
        : Short.toUnsignedInt(file.get(SHORT, setNumbers + 2L * entry));
  }

  private int setStart(int set) {
    return file.get(INT, setStarts + 4L * set);
  }

  private int find(long key) {
    return find(key, file.get(INT, starts + 4L * IndexBuilder.bucket(key, bits)));
  }

  /**
   * The entry of a hash, or a negative number. A bucket has about four keys in order, which is one
   * or two lines of memory; going through them is quicker than halving, for the processor need not
   * guess.
   */
  private int find(long key, int from) {
    for (int i = from; i < size; i++) {
      long found = file.get(LONG, keys + 8L * i);
      if (Long.compareUnsigned(found, key) >= 0) {
        return found == key ? i : -1;
      }
    }
    return -1;
  }
}
