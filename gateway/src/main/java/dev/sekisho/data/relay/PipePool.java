package dev.sekisho.data.relay;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one pump thread. A direction borrows one for as long as it has bytes inside, mostly
 * a few microseconds, so a handful serves thousands of tunnels; only directions whose reader is
 * slow keep theirs.
 *
 * <p>Those that may be kept are narrow. One more is wide, and for splices that will not get stuck;
 * should one get stuck all the same, the direction gets the pipe as it is, shrunk where what is
 * inside allows it, and the next wide one is made when it is wanted.
 */
final class PipePool {
  /**
   * A smaller pipe moves less per call than the copy buffer does; beyond the user's budget the
   * kernel gives 8 KiB.
   */
  private static final int LEAST_BYTES = 64 * 1024;

  private static final int KEPT_IDLE = 16;
  private static final long PAUSE_AFTER_REFUSAL = TimeUnit.SECONDS.toNanos(1);

  private final Kernel kernel;
  private final long budget;
  private final int narrowBytes;
  private final int wideBytes;
  private final ArrayDeque<Pipe> idle = new ArrayDeque<>();
  private @Nullable Pipe wide;
  private long openBytes;
  private boolean refused;
  private long refusedAt;

  /**
   * @param narrowPipes how many narrow pipes there may be; a wide one counts as those it could be
   * @param wideBytes no more than {@code narrowBytes}: there is no wide pipe
   */
  PipePool(Kernel kernel, int narrowPipes, int narrowBytes, int wideBytes) {
    this.kernel = kernel;
    this.narrowBytes = narrowBytes;
    this.wideBytes = wideBytes;
    budget = (long) narrowPipes * narrowBytes;
  }

  /** The most that a direction holds back in a pipe. */
  int narrowBytes() {
    return narrowBytes;
  }

  /** An empty pipe, or null when the budget is used up: the caller copies instead. */
  @Nullable Pipe borrow() {
    Pipe kept = idle.pollLast();
    return kept != null ? kept : make(narrowBytes);
  }

  /** The wide pipe, empty, or null when there is none. It must be empty or parted with soon. */
  @Nullable Pipe wide() {
    if (wide == null && wideBytes > narrowBytes) {
      Pipe made = make(wideBytes);
      if (made != null && made.capacity() <= narrowBytes) {
        giveBack(made);
        return refuse();
      }
      wide = made;
    }
    return wide;
  }

  boolean isWide(Pipe pipe) {
    return pipe == wide;
  }

  /** Lets a direction keep the wide pipe with what is inside; answers what it has become. */
  Pipe part(Pipe filled) {
    wide = null;
    int shrunk = kernel.resizePipe(filled.writeEnd(), narrowBytes);
    if (shrunk < 0) {
      return filled;
    }
    openBytes -= filled.capacity() - shrunk;
    return new Pipe(filled.readEnd(), filled.writeEnd(), shrunk);
  }

  /** Takes an empty pipe back. */
  void giveBack(Pipe pipe) {
    if (isWide(pipe)) {
      return;
    }
    if (idle.size() < KEPT_IDLE && pipe.capacity() <= narrowBytes) {
      idle.addLast(pipe);
    } else {
      discard(pipe);
    }
  }

  /** Closes a borrowed pipe, with whatever is inside. */
  void discard(Pipe pipe) {
    kernel.close(pipe.readEnd());
    kernel.close(pipe.writeEnd());
    openBytes -= pipe.capacity();
  }

  void close() {
    for (Pipe pipe = idle.poll(); pipe != null; pipe = idle.poll()) {
      discard(pipe);
    }
    Pipe last = wide;
    if (last != null) {
      wide = null;
      discard(last);
    }
  }

  private @Nullable Pipe make(int bytes) {
    if (openBytes + bytes > budget
        || refused && System.nanoTime() - refusedAt < PAUSE_AFTER_REFUSAL) {
      return null;
    }
    long ends = kernel.pipe();
    if (ends < 0) {
      return refuse();
    }
    int readEnd = (int) ends;
    int writeEnd = (int) (ends >>> 32);
    kernel.resizePipe(writeEnd, bytes);
    Pipe pipe = new Pipe(readEnd, writeEnd, kernel.pipeCapacity(writeEnd));
    openBytes += pipe.capacity();
    if (pipe.capacity() < Math.min(LEAST_BYTES, bytes)) {
      discard(pipe);
      return refuse();
    }
    refused = false;
    return pipe;
  }

  private @Nullable Pipe refuse() {
    refused = true;
    refusedAt = System.nanoTime();
    return null;
  }
}
