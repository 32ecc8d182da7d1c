package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One body, held until its fate is known: its beginning in memory, the rest in a file. One event
 * loop adds to it and never waits; once {@link #end} was called anybody may read it, any number at
 * a time. It is counted: whoever made it holds it once, and its room is free when the last lets go.
 */
public final class HeldBody implements Body.Source {
  private static final int CHUNK = Chunks.SIZE;
  private static final int LEAST = 1 << 10;

  /** What a piece costs besides its bytes. */
  private static final int OVERHEAD = 64;

  private final Spool spool;
  private final List<Piece> pieces = new ArrayList<>();
  private final AtomicInteger holders = new AtomicInteger(1);
  private long inMemory;
  private long reserved;
  private @Nullable SpoolFile file;
  private byte[] chunk = new byte[0];
  private int filled;
  private byte[] overflow = new byte[0];

  /** Bytes in memory; {@code length} grows until the next piece begins. */
  private static final class Piece {
    private final byte[] bytes;
    private int length;

    Piece(int size) {
      bytes = new byte[size];
    }
  }

  /** What became of bytes that were added; they were taken in any case. */
  public enum Room {
    ROOM,
    /** The caller pauses until {@link #whenCaughtUp}. */
    BEHIND,
    /** There is no room for more: the caller gives up. */
    FULL
  }

  HeldBody(Spool spool) {
    this.spool = spool;
  }

  /** Takes a copy of all of the bytes. Never blocks. */
  public Room add(ByteBuffer bytes) {
    while (bytes.hasRemaining() && overflow.length == 0) {
      if (file != null || !toMemory(bytes)) {
        toFile(bytes);
      }
    }
    if (overflow.length > 0) {
      overflow(bytes);
      return Room.FULL;
    }
    return isBehind() ? Room.BEHIND : Room.ROOM;
  }

  /** Whether the caller was to pause, and still is. */
  public boolean isBehind() {
    return file != null && file.isBehind();
  }

  /** Whether some of it went into memory. */
  private boolean toMemory(ByteBuffer bytes) {
    Piece last = pieces.isEmpty() ? null : pieces.getLast();
    if (last == null || last.length == last.bytes.length) {
      last = piece(bytes.remaining());
    }
    if (last == null) {
      return false;
    }
    int count = Math.min(bytes.remaining(), last.bytes.length - last.length);
    bytes.get(last.bytes, last.length, count);
    last.length += count;
    inMemory += count;
    return true;
  }

  private @Nullable Piece piece(int wanted) {
    long left = spool.memoryPerBody() - inMemory;
    int size = (int) Math.min(left, pieces.isEmpty() ? Math.clamp(wanted, LEAST, CHUNK) : CHUNK);
    if (size <= 0 || !spool.memory().reserve(size + OVERHEAD)) {
      return null;
    }
    reserved += size + OVERHEAD;
    Piece piece = new Piece(size);
    pieces.add(piece);
    return piece;
  }

  private void toFile(ByteBuffer bytes) {
    if (file == null) {
      file = new SpoolFile(spool, digest());
    }
    if (chunk.length == 0) {
      chunk = spool.chunks().take();
    }
    int count = Math.min(bytes.remaining(), CHUNK - filled);
    bytes.get(chunk, filled, count);
    filled += count;
    if (filled == CHUNK) {
      flush(file);
    }
  }

  private Optional<RunningDigest> digest() {
    return switch (spool.digests()) {
      case WHEN_ASKED_FOR -> Optional.empty();
      // Nothing goes into memory any more once there is a file.
      case AS_THEY_COME ->
          Optional.of(
              new RunningDigest(
                  pieces.stream()
                      .map(piece -> ByteBuffer.wrap(piece.bytes, 0, piece.length))
                      .toList()));
    };
  }

  /** What the file has no room for stays in memory: one chunk, and what comes until others stop. */
  private void flush(SpoolFile to) {
    byte[] full = chunk;
    if (filled < CHUNK) {
      full = Arrays.copyOf(chunk, filled);
      spool.chunks().giveBack(chunk);
    }
    chunk = new byte[0];
    filled = 0;
    if (!to.write(full)) {
      overflow(ByteBuffer.wrap(full));
      spool.chunks().giveBack(full);
    }
  }

  private void overflow(ByteBuffer bytes) {
    int before = overflow.length;
    overflow = Arrays.copyOf(overflow, before + bytes.remaining());
    bytes.get(overflow, before, bytes.remaining());
  }

  /** Calls once on the loop when more may be added after {@link Room#BEHIND}. */
  public void whenCaughtUp(Executor loop, Runnable then) {
    SpoolFile behind = file;
    if (behind == null) {
      loop.execute(then);
    } else {
      behind.whenCaughtUp(loop, then);
    }
  }

  /** What was added so far can be read to its last byte. */
  public void end() {
    if (file != null && filled > 0) {
      flush(file);
    }
  }

  /** Bytes added so far. */
  @Override
  public long length() {
    return inMemory + inFile() + filled + overflow.length;
  }

  private long inFile() {
    return file == null ? 0 : file.length();
  }

  @Override
  public InputStream open() {
    return new HeldStream(this);
  }

  /** Of a body in a file, most of it was worked out while it came. After {@link #end}. */
  @Override
  public byte[] sha256() throws IOException {
    SpoolFile from = file;
    if (from == null || spool.digests() == Spool.Digests.WHEN_ASKED_FOR) {
      return Body.Source.super.sha256();
    }
    try {
      return from.sha256With(overflow);
    } catch (InterruptedException e) {
      throw HeldStream.givenUp(e);
    }
  }

  /** Reads it piece by piece on an event loop. After {@link #end}, or for what came before it. */
  public HeldReader reader(long from, long to) {
    return new HeldReader(this, from, to);
  }

  /** The part in memory from a position on, or null when that lies in the file, or beyond. */
  @Nullable ByteBuffer memory(long position) {
    long start = 0;
    for (Piece piece : pieces) {
      if (position < start + piece.length) {
        int at = (int) (position - start);
        return ByteBuffer.wrap(piece.bytes, at, piece.length - at).slice().asReadOnlyBuffer();
      }
      start += piece.length;
    }
    long behindFile = position - inMemory - inFile();
    return behindFile >= 0 && behindFile < overflow.length
        ? ByteBuffer.wrap(overflow, (int) behindFile, overflow.length - (int) behindFile)
            .slice()
            .asReadOnlyBuffer()
        : null;
  }

  /**
   * Reads from the file part. Blocks.
   *
   * @param position in the whole body
   * @return how many bytes; -1 at the end
   */
  int readFile(long position, byte[] into, int offset, int length)
      throws IOException, InterruptedException {
    SpoolFile from = file;
    return from == null ? -1 : from.read(position - inMemory, into, offset, length);
  }

  /** Another one holds it. */
  public HeldBody retain() {
    if (holders.getAndIncrement() <= 0) {
      throw new IllegalStateException("the body was let go");
    }
    return this;
  }

  /** As {@link #retain}, for who cannot know whether the last has let go; whether it had not. */
  public boolean retainIfHeld() {
    int before = holders.get();
    while (before > 0) {
      if (holders.compareAndSet(before, before + 1)) {
        return true;
      }
      before = holders.get();
    }
    return false;
  }

  /** Lets go; the last one to do so frees its room. */
  public void release() {
    int left = holders.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("the body was let go twice");
    }
    if (left == 0) {
      spool.memory().release(reserved);
      reserved = 0;
      if (file != null) {
        file.letGo();
      }
    }
  }
}
