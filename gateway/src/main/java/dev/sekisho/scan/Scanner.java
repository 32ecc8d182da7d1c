package dev.sekisho.scan;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Scans bodies. Shared by all event loops; the engine's work happens elsewhere. */
public interface Scanner extends Closeable {
  /** How much of a body is held and scanned, in bytes; what is longer is not scanned. */
  long limit();

  /**
   * How long a body may take to arrive while it is held; after that the holder applies {@link
   * Verdict.Reason#ENDLESS}.
   */
  Duration patience();

  /**
   * The verdict for a body of which the caller itself sees that it cannot be scanned, with the fate
   * that is configured for the reason.
   */
  Verdict.Unscanned unscanned(Verdict.Reason reason, String detail);

  /**
   * Begins to scan one body, which is offered piece by piece. {@code then} is called exactly once,
   * on {@code loop}, also after {@link Job#cancel}; until then the pieces that were offered are
   * read by another thread and must stay as they are.
   */
  Job begin(Subject subject, Executor loop, Consumer<Verdict> then);

  /** How the engines are, for metrics, readiness and the console; in configured order. */
  List<EngineStatus> engines();

  /** How often the verdict was known already. */
  Lookups lookups();

  /**
   * @param hits verdicts that were known, or that another body's scan gave
   * @param misses bodies that the engines were asked about
   */
  record Lookups(long hits, long misses) {}

  /** Bytes of bodies held right now, counted against {@code scan.memory}. */
  long held();

  /** One body under scan. Called on one event loop. */
  interface Job {
    /**
     * The next piece, as sent (with its content coding). Never blocks. The buffer's content stays
     * the caller's. After {@link Room#NONE} nothing more need be offered, and the verdict is on its
     * way.
     */
    Room offer(ByteBuffer piece);

    /** That was all: the verdict may be given. */
    void end();

    /** The pieces were let go: they no longer count against {@code scan.memory}. */
    void released();

    /**
     * Nobody needs the verdict any more; {@code then} still comes, as {@link Verdict.Unscanned}.
     */
    void cancel();
  }

  /** Whether a piece found room in {@code scan.memory}. */
  enum Room {
    ROOM,
    /** The piece was not taken; the caller stops holding. */
    NONE
  }

  /**
   * What is scanned.
   *
   * @param name for messages: the host and path, without the query
   * @param contentCoding the value of Content-Encoding in lower case, or null where there is none
   * @param record id of the exchange's record
   */
  record Subject(
      Direction direction,
      String name,
      @Nullable String contentCoding,
      Heads heads,
      String record) {}

  /** The message around a body, for engines that want to see it (ICAP). Asked for on any thread. */
  interface Heads {
    /** The request, its target the whole URL. */
    Head request();

    /** Empty for an upload. */
    Optional<Head> response();

    /** The client's address in its canonical form. */
    String client();

    /** Who asks; empty where nobody proved to be somebody. */
    String user();
  }

  /**
   * The head of a message.
   *
   * @param line request line or status line, without its end
   * @param fields in order, without those of framing and connection and without what a client told
   *     this gateway alone (Proxy-Authorization)
   */
  record Head(String line, List<HeadField> fields) {
    public Head {
      fields = List.copyOf(fields);
    }
  }

  /** Which way a body goes. */
  enum Direction {
    UP,
    DOWN
  }

  @Override
  void close();
}
