package dev.sekisho.journal;

import static dev.sekisho.journal.SegmentFormat.ALIGNMENT;
import static dev.sekisho.journal.SegmentFormat.ENTRY_HEADER;
import static dev.sekisho.journal.SegmentFormat.MOST_ENTRY;
import static dev.sekisho.journal.SegmentFormat.PAGE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Reads the entries of one segment in order, also while it is being written, and also when it is
 * damaged: what follows the damage is found again by looking for the next entry that is whole. Not
 * thread-safe.
 */
final class SegmentReader implements Closeable {
  private static final int WINDOW = 4 * MOST_ENTRY;

  /** How far to look. */
  enum Extent {
    /** As far as entries go without a hole: right for a segment that may still be growing. */
    WRITTEN,
    /**
     * To the end of the file: right when the writer is known to be dead, whose last pages may have
     * reached the disk in any order.
     */
    WHOLE
  }

  sealed interface Item {
    /** An entry that is whole. */
    record Entry(long offset, SegmentFormat.Type type, byte[] payload) implements Item {}

    /** Something is wrong here. */
    record Found(Damage damage) implements Item {}

    /** Nothing more now. In a segment that is being written there may be more later. */
    record End() implements Item {}
  }

  private final Path file;
  private final FileChannel channel;
  private final Extent extent;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
  private long windowAt;
  private SegmentFormat.Header header;
  private long size;
  private long position = SegmentFormat.HEADER;
  private int number;
  private boolean damageToldAtEnd;

  /** Opens a segment whose header was read before. */
  SegmentReader(Path file, SegmentFormat.Header header, Extent extent) throws IOException {
    this.file = file;
    this.header = header;
    this.extent = extent;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    this.size = channel.size();
    window.limit(0);
  }

  Path file() {
    return file;
  }

  /** Where the next entry is expected. */
  long position() {
    return position;
  }

  /** Whether the writer has said that nothing more comes, and it was all read. */
  boolean finished() {
    return header.used() > 0 && position >= Math.min(header.used(), size);
  }

  /**
   * The next entry or damage; {@link Item.End} when there is nothing more, after which it can be
   * asked again.
   */
  Item next() throws IOException {
    if (entryAt(position, number + 1)) {
      return take();
    }
    long page = position + PAGE - 1 & -PAGE;
    if (page != position && head(position) == 0 && entryAt(page, number + 1)) {
      position = page;
      return take();
    }
    return irregular();
  }

  private Item irregular() throws IOException {
    boolean known = header.used() > 0;
    boolean growing = !known && extent == Extent.WRITTEN;
    boolean nothing = head(position) == 0;
    long next = growing && nothing ? -1 : find(position);
    if (next >= 0) {
      int missing = number(next) - number - 1;
      Damage damage =
          nothing || next == position
              ? new Damage(
                  file,
                  position,
                  next - position,
                  Damage.Kind.MISSING,
                  missing + " records are missing here")
              : new Damage(
                  file,
                  position,
                  next - position,
                  Damage.Kind.CORRUPT,
                  missing + " records cannot be read: their checksum is wrong");
      position = next;
      number = number(next) - 1;
      return new Item.Found(damage);
    }
    if (!growing && !damageToldAtEnd && position < limit() && (known || !nothing)) {
      damageToldAtEnd = true;
      Damage.Kind kind = known ? Damage.Kind.CORRUPT : Damage.Kind.TORN;
      Damage damage =
          new Damage(
              file,
              position,
              limit() - position,
              kind,
              known
                  ? "the last records of this segment cannot be read"
                  : "the last record was not written completely; its append had not returned, or the power failed");
      if (known) {
        position = limit();
      }
      return new Item.Found(damage);
    }
    refresh();
    return new Item.End();
  }

  private Item take() {
    int at = (int) (position - windowAt);
    byte[] payload = new byte[window.getInt(at + 4)];
    window.get(at + ENTRY_HEADER, payload);
    SegmentFormat.Type type = SegmentFormat.Type.of(window.get(at + 12));
    if (type == null) {
      throw new IllegalStateException("an entry of no type was taken for whole");
    }
    Item entry = new Item.Entry(position, type, payload);
    number++;
    position += SegmentFormat.aligned(ENTRY_HEADER + payload.length);
    return entry;
  }

  /**
   * The next place after this one, itself included, with a whole entry of a later number; -1 when
   * there is none.
   */
  private long find(long from) throws IOException {
    long most = 1 + limit() / (2 * ALIGNMENT);
    for (long at = from; at + ENTRY_HEADER < limit(); at += ALIGNMENT) {
      if (head(at) == 0) {
        continue;
      }
      int found = number(at);
      if (found > number && found <= number + most && entryAt(at, found)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether a whole entry of this number is here; if so it is in the window. */
  private boolean entryAt(long at, int expected) throws IOException {
    if (!load(at, ENTRY_HEADER)) {
      return false;
    }
    int in = (int) (at - windowAt);
    int length = window.getInt(in + 4);
    if (length <= 0
        || length > MOST_ENTRY - ENTRY_HEADER
        || window.getInt(in + 8) != expected
        || SegmentFormat.Type.of(window.get(in + 12)) == null
        || (window.getInt(in + 12) & 0xFFFFFF00) != 0) {
      return false;
    }
    if (!load(at, ENTRY_HEADER + length)) {
      return false;
    }
    in = (int) (at - windowAt);
    crc.reset();
    crc.update(window.array(), in + 4, ENTRY_HEADER - 4 + length);
    return (int) crc.getValue() == window.getInt(in);
  }

  /** The first eight bytes at this place; zero past the end. */
  private long head(long at) throws IOException {
    return load(at, ENTRY_HEADER) ? window.getLong((int) (at - windowAt)) : 0;
  }

  private int number(long at) throws IOException {
    return load(at, ENTRY_HEADER) ? window.getInt((int) (at - windowAt) + 8) : -1;
  }

  private long limit() {
    return header.used() > 0 ? Math.min(header.used(), size) : size;
  }

  /** Brings these bytes into the window; false when the segment ends before. */
  private boolean load(long at, int length) throws IOException {
    if (at + length > limit()) {
      return false;
    }
    if (at >= windowAt && at + length <= windowAt + window.limit()) {
      return true;
    }
    windowAt = at;
    window.clear();
    while (window.hasRemaining()) {
      int read = channel.read(window, windowAt + window.position());
      if (read <= 0) {
        break;
      }
    }
    window.flip();
    return length <= window.limit();
  }

  /** Forgets what was read ahead: the writer may have gone on. */
  private void refresh() throws IOException {
    window.limit(0);
    size = channel.size();
    if (header.used() == 0) {
      ByteBuffer bytes = ByteBuffer.allocate(SegmentFormat.HEADER);
      channel.read(bytes, 0);
      SegmentFormat.Header now = SegmentFormat.parseHeader(bytes.flip());
      header = now == null ? header : now;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
