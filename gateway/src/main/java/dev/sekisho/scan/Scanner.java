package dev.sekisho.scan;

import dev.sekisho.net.Host;
import java.io.Closeable;
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

  /** Where bodies are held meanwhile. */
  Spool spool();

  DeliveryConfig delivery();

  Ranges ranges();

  /** What holds for messages of a WebSocket. */
  MessageLimits messages();

  /** What is configured for such a body. */
  Treatment treatment(Subject subject);

  /**
   * The verdict for a body of which the caller itself sees that it cannot be scanned, with the fate
   * that is configured for the reason.
   */
  default Verdict.Unscanned unscanned(Subject subject, Verdict.Reason reason, String detail) {
    return new Verdict.Unscanned(reason, detail, treatment(subject).fates().of(reason));
  }

  /**
   * Scans a body that is whole. {@code then} is called exactly once, on {@code loop}, also after
   * {@link Job#cancel}. The body is held until then, besides by the caller.
   */
  Job scan(Subject subject, HeldBody body, Executor loop, Consumer<Verdict> then);

  /** How the engines are, for metrics, readiness and the console; in configured order. */
  List<EngineStatus> engines();

  /** How often the verdict was known already. */
  Lookups lookups();

  /**
   * @param hits verdicts that were known, or that another body's scan gave
   * @param misses bodies that the engines were asked about
   */
  record Lookups(long hits, long misses) {}

  /** One body under scan. Called on one event loop. */
  interface Job {
    /**
     * Nobody needs the verdict any more; {@code then} still comes, as {@link Verdict.Unscanned}.
     */
    void cancel();
  }

  /**
   * What is scanned.
   *
   * @param path for messages, without the query
   * @param mediaType type and subtype in lower case, or null
   * @param size bytes as declared, or -1
   * @param contentCoding the value of Content-Encoding in lower case, or null where there is none
   * @param record id of the exchange's record
   */
  record Subject(
      Direction direction,
      Host host,
      String path,
      @Nullable String mediaType,
      long size,
      @Nullable String contentCoding,
      Heads heads,
      String record) {
    /** The same with another length. */
    public Subject ofSize(long bytes) {
      return new Subject(direction, host, path, mediaType, bytes, contentCoding, heads, record);
    }

    /** For messages. */
    public String name() {
      return host.text() + path;
    }
  }

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
