package dev.sekisho.scan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One body under scan. It is collected on the event loop, and given to the engines when it is
 * whole: a slow origin then holds no session of clamd's, and a second clamd can be asked when the
 * first fails. All that is shared between the two threads is the state.
 */
final class ScanJob implements Scanner.Job {
  private static final Logger LOG = LoggerFactory.getLogger(ScanJob.class);

  /** What a piece costs besides its bytes, so that a body of single bytes is not free. */
  static final int PIECE_OVERHEAD = 128;

  /** Where the verdict goes. */
  record Answer(Executor loop, Consumer<Verdict> then) {}

  private enum State {
    COLLECTING,
    SCANNING,
    SETTLED
  }

  private final BodyScanner scanner;
  private final Scanner.Subject subject;
  private final Answer answer;
  private final List<ByteBuffer> pieces = new ArrayList<>();
  private final AtomicReference<State> state = new AtomicReference<>(State.COLLECTING);
  private long length;
  private long reserved;
  private volatile @Nullable Thread worker;
  private volatile boolean cancelled;

  ScanJob(BodyScanner scanner, Scanner.Subject subject, Answer answer) {
    this.scanner = scanner;
    this.subject = subject;
    this.answer = answer;
  }

  @Override
  public Scanner.Room offer(ByteBuffer piece) {
    if (state.get() != State.COLLECTING) {
      return Scanner.Room.NONE;
    }
    int bytes = piece.remaining();
    if (length + bytes > scanner.limit()) {
      settle(
          scanner.unscanned(
              Verdict.Reason.TOO_BIG,
              "It is longer than scan.limit (" + Size.text(scanner.limit()) + ")."));
      return Scanner.Room.NONE;
    }
    if (!scanner.memory().reserve(bytes + PIECE_OVERHEAD)) {
      settle(
          scanner.unscanned(
              Verdict.Reason.SPOOL_FULL, "Other bodies under scan fill scan.memory."));
      return Scanner.Room.NONE;
    }
    reserved += bytes + PIECE_OVERHEAD;
    length += bytes;
    pieces.add(piece.slice());
    return Scanner.Room.ROOM;
  }

  @Override
  public void end() {
    if (state.compareAndSet(State.COLLECTING, State.SCANNING)) {
      scanner.started(this);
      worker = Thread.ofVirtual().name("scan").start(this::scan);
      if (cancelled) {
        interrupt();
      }
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (state.get() == State.COLLECTING) {
      settle(givenUp());
    } else {
      interrupt();
    }
  }

  private void interrupt() {
    Thread scanning = worker;
    if (scanning != null) {
      scanning.interrupt();
    }
  }

  private void scan() {
    Verdict verdict;
    try {
      var codings = ContentCodings.of(subject);
      verdict = scanner.scan(new Body(subject, new Pieces(pieces), codings, scanner.decoded()));
    } catch (InterruptedException _) {
      verdict = givenUp();
    } catch (RuntimeException | Error e) {
      // A defect of ours must not let a body through, nor leave a client waiting for ever.
      LOG.error("The scan of {} failed", subject.name(), e);
      verdict = scanner.unscanned(Verdict.Reason.ENGINE_DOWN, "The scan itself failed: " + e + ".");
    }
    scanner.ended(this);
    settle(verdict);
  }

  private Verdict givenUp() {
    return scanner.unscanned(
        Verdict.Reason.ENGINE_DOWN, "The scan was given up before its verdict.");
  }

  private void settle(Verdict verdict) {
    if (state.getAndSet(State.SETTLED) == State.SETTLED) {
      return;
    }
    try {
      answer
          .loop()
          .execute(() -> {
            pieces.clear();
            answer.then().accept(verdict);
          });
    } catch (RejectedExecutionException _) {
      // The event loop is gone, and with it whoever waited.
      released();
    }
  }

  @Override
  public void released() {
    pieces.clear();
    scanner.memory().release(reserved);
    reserved = 0;
  }
}
