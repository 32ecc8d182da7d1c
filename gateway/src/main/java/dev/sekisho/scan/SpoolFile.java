package dev.sekisho.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one body that lies in a file. An event loop hands chunks in and never waits; a
 * virtual thread, which lives as long as there are chunks, writes them. Readers wait for what they
 * need to land. A write that failed stays failed: nobody gets a body that is not whole.
 */
final class SpoolFile {
  /** So much may wait to be written before whoever hands in is told to pause. */
  static final int MOST_BEHIND = 512 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

  private final Spool spool;

  /** The writer's own; another one's only while everything that was handed in has landed. */
  private final Optional<RunningDigest> digest;

  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long handedIn;
  private long landed;
  private Writer writer = Writer.ASLEEP;
  private Use use = Use.WANTED;
  private int readers;
  private @Nullable AsynchronousFileChannel channel;
  private @Nullable IOException failure;
  private @Nullable Runnable caughtUp;

  private enum Writer {
    ASLEEP,
    AWAKE
  }

  private enum Use {
    WANTED,
    OVER
  }

  /**
   * @param digest goes on with every chunk, if anybody is going to ask for it
   */
  SpoolFile(Spool spool, Optional<RunningDigest> digest) {
    this.spool = spool;
    this.digest = digest;
  }

  /**
   * Hands a chunk in, which is the file's from now on.
   *
   * @return whether it found room on disk
   */
  synchronized boolean write(byte[] chunk) {
    if (failure != null || !spool.disk().reserve(chunk.length)) {
      return false;
    }
    handedIn += chunk.length;
    waiting.add(chunk);
    if (writer == Writer.ASLEEP) {
      writer = Writer.AWAKE;
      Thread.ofVirtual().name("spool").start(this::drain);
    }
    return true;
  }

  synchronized boolean isBehind() {
    return failure == null && handedIn - landed > MOST_BEHIND;
  }

  /** Calls once on the loop when enough of what was handed in has landed, or can land no more. */
  synchronized void whenCaughtUp(Executor loop, Runnable then) {
    Runnable tell =
        () -> {
          try {
            loop.execute(then);
          } catch (RejectedExecutionException _) {
            // The loop has ended, and whoever waited with it.
          }
        };
    if (isBehind()) {
      caughtUp = tell;
    } else {
      tell.run();
    }
  }

  synchronized long length() {
    return handedIn;
  }

  private void drain() {
    long position = landedSoFar();
    while (true) {
      byte[] chunk = next();
      if (chunk == null) {
        return;
      }
      try {
        write(channel(), chunk, position);
        position += chunk.length;
        landed(chunk.length);
        // Only here nobody else has it: a write that failed or was interrupted may still go on.
        spool.chunks().giveBack(chunk);
      } catch (IOException e) {
        failed(e);
        return;
      } catch (RejectedExecutionException e) {
        failed(new IOException("the gateway is closing", e));
        return;
      } catch (InterruptedException e) {
        failed(new IOException("the writer was interrupted", e));
        return;
      }
    }
  }

  private void write(AsynchronousFileChannel to, byte[] chunk, long position)
      throws IOException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.wrap(chunk);
    Future<Integer> written = to.write(bytes, position);
    // Meanwhile: another thread writes.
    digest.ifPresent(one -> one.update(chunk));
    await(written);
    while (bytes.hasRemaining()) {
      await(to.write(bytes, position + bytes.position()));
    }
  }

  private static int await(Future<Integer> done) throws IOException, InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private synchronized long landedSoFar() {
    return landed;
  }

  private synchronized byte @Nullable [] next() {
    byte[] chunk = use == Use.OVER ? null : waiting.poll();
    if (chunk == null) {
      writer = Writer.ASLEEP;
      closeIfUnused();
    }
    return chunk;
  }

  /** Only the writer opens it, so nobody else waits for that. */
  private AsynchronousFileChannel channel() throws IOException {
    AsynchronousFileChannel open = opened();
    if (open == null) {
      open = spool.file();
      open(open);
    }
    return open;
  }

  private synchronized @Nullable AsynchronousFileChannel opened() {
    return channel;
  }

  private synchronized void open(AsynchronousFileChannel opened) {
    channel = opened;
  }

  private synchronized void landed(int bytes) {
    landed += bytes;
    if (!isBehind()) {
      tellCaughtUp();
    }
    notifyAll();
  }

  private synchronized void failed(IOException e) {
    LOG.error("A body could not be written to the spool: {}", e.getMessage());
    failure = e;
    writer = Writer.ASLEEP;
    waiting.clear();
    tellCaughtUp();
    notifyAll();
    closeIfUnused();
  }

  private void tellCaughtUp() {
    Runnable told = caughtUp;
    caughtUp = null;
    if (told != null) {
      told.run();
    }
  }

  /**
   * Reads as much as there is at a position, and waits for the first of it. Blocks.
   *
   * @return how many bytes, at least one; -1 at the end of what was handed in
   */
  int read(long position, byte[] into, int offset, int length)
      throws IOException, InterruptedException {
    AsynchronousFileChannel from;
    int most;
    synchronized (this) {
      while (use == Use.WANTED && failure == null && position >= landed && position < handedIn) {
        wait();
      }
      checkUsable();
      if (position >= handedIn || channel == null) {
        return -1;
      }
      most = (int) Math.min(length, landed - position);
      from = channel;
      readers++;
    }
    try {
      return await(from.read(ByteBuffer.wrap(into, offset, most), position));
    } catch (RejectedExecutionException e) {
      throw new IOException("the gateway is closing", e);
    } finally {
      readOver();
    }
  }

  /**
   * SHA-256 of everything, once it has landed, and of what has found no room behind it. Blocks.
   *
   * @throws IllegalStateException where nobody was to ask for it
   */
  synchronized byte[] sha256With(byte[] rest) throws IOException, InterruptedException {
    while (use == Use.WANTED && failure == null && landed < handedIn) {
      wait();
    }
    checkUsable();
    return digest.orElseThrow(() -> new IllegalStateException("no digest is kept")).with(rest);
  }

  private void checkUsable() throws IOException {
    if (failure != null) {
      throw new FaultException(
          Verdict.Reason.SPOOL_FULL, "The spool cannot be written: " + failure.getMessage());
    }
    if (use == Use.OVER) {
      throw new IOException("the body was let go");
    }
  }

  private synchronized void readOver() {
    readers--;
    closeIfUnused();
  }

  /** Nobody needs it any more. */
  synchronized void letGo() {
    use = Use.OVER;
    waiting.clear();
    caughtUp = null;
    notifyAll();
    closeIfUnused();
  }

  private void closeIfUnused() {
    if (use == Use.WANTED || writer == Writer.AWAKE || readers > 0) {
      return;
    }
    AsynchronousFileChannel open = channel;
    channel = null;
    spool.disk().release(handedIn);
    handedIn = 0;
    landed = 0;
    if (open != null) {
      // The file has no name: closing it frees it, and of a large one that takes a while.
      Thread.ofVirtual().name("spool-close").start(() -> close(open));
    }
  }

  private static void close(AsynchronousFileChannel open) {
    try {
      open.close();
    } catch (IOException e) {
      LOG.warn("A file of the spool did not close: {}", e.getMessage());
    }
  }
}
