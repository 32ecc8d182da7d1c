package dev.sekisho.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a held body on an event loop: what is at hand at once, what lies in the file after a
 * virtual thread has fetched it. Holds the body until it is closed.
 */
public final class HeldReader {
  private static final int FETCHED = 128 << 10;

  private final HeldBody body;
  private long to;
  private long position;
  private @Nullable ByteBuffer fetched;
  private @Nullable ByteBuffer ahead;
  private @Nullable Executor hurrying;
  private @Nullable IOException failure;
  private Runnable waiting = () -> {};
  private State state = State.READING;

  private sealed interface Fetched {
    record Bytes(ByteBuffer bytes) implements Fetched {}

    record Failed(IOException failure) implements Fetched {}
  }

  private enum State {
    READING,
    FETCHING,
    CLOSED
  }

  HeldReader(HeldBody body, long from, long to) {
    this.body = body.retain();
    this.position = from;
    this.to = to;
  }

  /** The body ends here, as has turned out. */
  public void until(long end) {
    to = end;
  }

  /** From now on the next bytes are fetched while those at hand are taken. */
  public void hurry(Executor loop) {
    hurrying = loop;
  }

  public long position() {
    return position;
  }

  /** Whether everything was read. */
  public boolean atEnd() {
    return position >= to;
  }

  /**
   * The next bytes, at most so many, which stay valid and unchanged; null when they have to be
   * fetched first ({@link #fetch}), or at the end.
   *
   * @throws IOException when they cannot be read any more
   */
  public @Nullable ByteBuffer next(int most) throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (atEnd() || state == State.CLOSED) {
      return null;
    }
    ByteBuffer here = fetched == null ? body.memory(position) : fetched;
    if (here == null) {
      return null;
    }
    int count = (int) Math.min(Math.min(most, here.remaining()), to - position);
    ByteBuffer piece = here.slice(here.position(), count);
    here.position(here.position() + count);
    position += count;
    if (!here.hasRemaining()) {
      fetched = ahead;
      ahead = null;
    }
    if (hurrying != null && fetched != null && ahead == null) {
      start(hurrying);
    }
    return piece;
  }

  /**
   * Fetches what comes next, then calls on the loop; not when it was closed meanwhile. Of those who
   * ask while it is being fetched, the last is called; when it hurries, after each fetch again.
   */
  public void fetch(Executor loop, Runnable then) {
    waiting = then;
    start(loop);
  }

  private void start(Executor loop) {
    long at = position + (fetched == null ? 0 : fetched.remaining());
    // What found no room in the file lies in memory, behind it.
    if (state != State.READING || at >= to || body.memory(at) != null) {
      return;
    }
    state = State.FETCHING;
    body.retain();
    int most = (int) Math.min(FETCHED, to - at);
    Thread.ofVirtual().name("spool-read").start(() -> fetch(at, most, loop));
  }

  private void fetch(long at, int most, Executor loop) {
    Fetched fetched = fetched(at, most);
    body.release();
    try {
      loop.execute(() -> came(fetched));
    } catch (RejectedExecutionException _) {
      // The loop has ended, and whoever waited with it.
    }
  }

  private Fetched fetched(long at, int most) {
    byte[] bytes = new byte[most];
    int filled = 0;
    try {
      while (filled < most) {
        int count = body.readFile(at + filled, bytes, filled, most - filled);
        if (count < 0) {
          break;
        }
        filled += count;
      }
    } catch (IOException e) {
      return new Fetched.Failed(e);
    } catch (InterruptedException e) {
      return new Fetched.Failed(new IOException("interrupted", e));
    }
    return filled == 0
        ? new Fetched.Failed(new IOException("the held body is shorter than it was"))
        : new Fetched.Bytes(ByteBuffer.wrap(bytes, 0, filled).asReadOnlyBuffer());
  }

  private void came(Fetched result) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.READING;
    switch (result) {
      case Fetched.Bytes(ByteBuffer bytes) when fetched == null -> fetched = bytes;
      case Fetched.Bytes(ByteBuffer bytes) -> ahead = bytes;
      case Fetched.Failed(IOException e) -> failure = e;
    }
    waiting.run();
  }

  /** Lets the body go. */
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      fetched = null;
      ahead = null;
      body.release();
    }
  }
}
