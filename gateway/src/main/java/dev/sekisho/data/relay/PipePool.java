package dev.sekisho.data.relay;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one pump thread. A direction borrows one for as long as it has bytes inside, mostly
 * a few microseconds, so a handful serves thousands of tunnels; only directions whose reader is
 * slow keep theirs.
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
  private final int limit;
  private final int pipeBytes;
  private final ArrayDeque<Pipe> idle = new ArrayDeque<>();
  private int open;
  private boolean refused;
  private long refusedAt;

  PipePool(Kernel kernel, int limit, int pipeBytes) {
    this.kernel = kernel;
    this.limit = limit;
    this.pipeBytes = pipeBytes;
  }

  /** An empty pipe, or null when the budget is used up: the caller copies instead. */
  @Nullable Pipe borrow() {
    Pipe kept = idle.pollLast();
    return kept != null ? kept : open < limit ? make() : null;
  }

  /** Takes an empty pipe back. */
  void giveBack(Pipe pipe) {
    if (idle.size() < KEPT_IDLE) {
      idle.addLast(pipe);
    } else {
      discard(pipe);
    }
  }

  /** Closes a borrowed pipe, with whatever is inside. */
  void discard(Pipe pipe) {
    kernel.close(pipe.readEnd());
    kernel.close(pipe.writeEnd());
    open--;
  }

  void close() {
    for (Pipe pipe = idle.poll(); pipe != null; pipe = idle.poll()) {
      discard(pipe);
    }
  }

  private @Nullable Pipe make() {
    if (refused && System.nanoTime() - refusedAt < PAUSE_AFTER_REFUSAL) {
      return null;
    }
    long ends = kernel.pipe();
    if (ends < 0) {
      return refuse();
    }
    int readEnd = (int) ends;
    int writeEnd = (int) (ends >>> 32);
    kernel.resizePipe(writeEnd, pipeBytes);
    Pipe pipe = new Pipe(readEnd, writeEnd, kernel.pipeCapacity(writeEnd));
    open++;
    if (pipe.capacity() < Math.min(LEAST_BYTES, pipeBytes)) {
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
