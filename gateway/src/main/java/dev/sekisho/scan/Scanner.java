package dev.sekisho.scan;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Scans bodies. Shared by all event loops; the engine's work happens elsewhere. */
public interface Scanner extends Closeable {
  /** How much of a body is held and scanned, in bytes; what is longer is not scanned. */
  long limit();

  /**
   * Begins to scan one body, which is offered piece by piece. {@code then} is called exactly once,
   * on {@code loop}, also after {@link Job#cancel}; until then the pieces that were offered are read
   * by another thread and must stay as they are.
   */
  Job begin(Subject subject, Executor loop, Consumer<Verdict> then);

  /** One body under scan. Called on one event loop. */
  interface Job {
    /** The next piece, as sent (with its content coding). Never blocks. The buffer's content stays the caller's. */
    void offer(ByteBuffer piece);

    /** That was all: the verdict may be given. */
    void end();

    /** Nobody needs the verdict any more; {@code then} still comes, as {@link Verdict.Unscanned}. */
    void cancel();
  }

  /**
   * What is scanned.
   *
   * @param name for messages: the host and path, without the query
   * @param contentCoding the value of Content-Encoding in lower case, or null where there is none
   */
  record Subject(Direction direction, String name, @Nullable String contentCoding) {}

  /** Which way a body goes. */
  enum Direction {
    UP,
    DOWN
  }

  @Override
  void close();
}
