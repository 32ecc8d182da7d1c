package dev.sekisho.journal;

import static dev.sekisho.journal.SegmentFormat.HEADER;
import static dev.sekisho.journal.SegmentFormat.PAGE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A segment while it is being written: one event loop appends, one thread touches pages ahead of
 * it, one forces what is behind it to the disk. A store into the mapping is in the kernel's page
 * cache at once, where the death of the process cannot reach it.
 *
 * <p>What makes a store slow is a page fault: the first one in a page, and, worse, the first one
 * after the page was written to the disk, because the kernel protects a page when it writes it, and
 * the fault then waits for the file system's journal. So pages are touched ahead of the loop, and
 * what is forced ends at the last whole page: before that, the loop is asked to go on in a new page
 * ({@link #skipPage}), so it never again stores into one that has been forced.
 */
final class MappedSegment {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle PUBLISH = LONG.varHandle();

  private final Path file;
  private final Kernel kernel;
  private final Arena arena;
  private final MemorySegment memory;
  private final int capacity;

  // Owned by the event loop.
  private int position = HEADER;
  private int number;

  /** Up to where entries are complete; written by the loop, read by others. */
  private final AtomicInteger published = new AtomicInteger(HEADER);

  /** Records opened here that have no end yet; changed by the loop, read by others. */
  private final AtomicInteger open = new AtomicInteger();

  private volatile int synced;

  /** Which one of its loop's it is, from 1; 0 before the loop has come to it. */
  private volatile long ordinal;

  private MappedSegment(Path file, Kernel kernel, Arena arena, MemorySegment memory) {
    this.file = file;
    this.kernel = kernel;
    this.arena = arena;
    this.memory = memory;
    this.capacity = Math.toIntExact(memory.byteSize());
  }

  /**
   * Maps a file that is really there in its whole length. The arena lives as long as the segment
   * and is closed by {@link #unmap}.
   */
  @SuppressWarnings("MustBeClosedChecker")
  static MappedSegment map(Path file, Kernel kernel) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
      return new MappedSegment(file, kernel, arena, memory);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  Path file() {
    return file;
  }

  int capacity() {
    return capacity;
  }

  // ---- the event loop

  int position() {
    return position;
  }

  /** The loop comes to this segment. */
  void begin(long which) {
    ordinal = which;
  }

  boolean fits(int aligned) {
    return aligned <= capacity - position;
  }

  int nextNumber() {
    return number + 1;
  }

  /**
   * Appends an entry whose bytes are complete. When this returns, the entry survives the death of
   * the process.
   */
  void append(byte[] entry, int length) {
    int at = position;
    MemorySegment.copy(entry, 8, memory, ValueLayout.JAVA_BYTE, at + 8L, length - 8);
    PUBLISH.setRelease(memory, (long) at, firstEight(entry));
    number++;
    position = at + SegmentFormat.aligned(length);
    published.lazySet(position);
  }

  /** Goes on at the next page, so that this one can be forced without being stored into again. */
  void skipPage() {
    int next = position + PAGE - 1 & -PAGE;
    if (next < capacity) {
      position = next;
    }
  }

  void recordOpened() {
    open.lazySet(open.getPlain() + 1);
  }

  void recordEnded() {
    open.lazySet(open.getPlain() - 1);
  }

  private static long firstEight(byte[] entry) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | entry[i] & 0xFF;
    }
    return value;
  }

  // ---- other threads

  int published() {
    return published.get();
  }

  int open() {
    return open.get();
  }

  long ordinal() {
    return ordinal;
  }

  /**
   * Makes the next pages writable, so that the loop's stores do not fault. Where the kernel has no
   * call for it, adding zero atomically does the same, and changes nothing, whatever the loop
   * stores at the same time.
   */
  void touch(int window) {
    int from = published.get() & -PAGE;
    int to = Math.min(capacity, from + window);
    if (kernel.populate(memory.asSlice(from, to - from))) {
      return;
    }
    for (int page = from; page + PAGE <= to; page += PAGE) {
      Object _ = PUBLISH.getAndAdd(memory, page + PAGE - 8L, 0L);
    }
  }

  /**
   * Forces what the loop has left behind to the disk, up to this place, and takes it out of the
   * address space before: otherwise the kernel protects one page after the other, and at each of
   * them makes every processor, the loop's too, forget what it knew of the page. Used by one thread
   * only. Whether there was any.
   */
  boolean forceBehind(int to) {
    if (to > synced) {
      int from = synced & -PAGE;
      int end = Math.min(capacity, to + PAGE - 1 & -PAGE);
      kernel.release(memory.asSlice(from, end - from));
    }
    return force(to);
  }

  /**
   * Forces what is written to the disk, up to this place. Used by one thread only, or by the loop
   * alone. Whether there was any.
   */
  boolean force(int to) {
    if (to <= synced) {
      return false;
    }
    int from = synced & -PAGE;
    kernel.force(memory.asSlice(from, Math.min(capacity, to) - from));
    synced = to;
    return true;
  }

  /** Forces all of it, written or not, whatever was forced before. */
  void forceFile() {
    kernel.force(memory);
  }

  int synced() {
    return synced;
  }

  /**
   * Nobody may append any more. Waits for the thread that touches pages, which may be at this
   * segment for the last time.
   */
  void unmap() {
    while (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException _) {
        // the other thread is still inside
        LockSupport.parkNanos(100_000L);
      }
    }
  }
}
