package dev.sekisho.data.listen;

import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body that is held until the scanner has judged it. What arrives is copied into pieces of its
 * own, because a slice would keep the whole buffer it was read into. The scanner reads the pieces
 * on another thread; they are let go when both it and the exchange are done with them.
 */
final class Holding {
  private static final int PIECE = 64 << 10;
  private static final int LEAST = 1 << 10;

  private final Scanner scanner;
  private final ByteBufAllocator allocator;
  private final Consumer<Verdict> then;
  private final Scanner.Job job;
  private final List<ByteBuf> pieces = new ArrayList<>();
  private long bytes;
  private int taken;
  private State state = State.FILLING;
  private Scan scan = Scan.UNDER_WAY;
  private Use use = Use.WANTED;

  private enum State {
    FILLING,
    /** Everything is here; the verdict is awaited. */
    WHOLE,
    JUDGED
  }

  private enum Scan {
    UNDER_WAY,
    OVER
  }

  private enum Use {
    WANTED,
    OVER
  }

  /**
   * @param then told the verdict once, on the lane's loop; not after {@link #letGo}
   */
  Holding(Lane lane, ByteBufAllocator allocator, Scanner.Subject subject, Consumer<Verdict> then) {
    this.scanner = lane.means().scanner();
    this.allocator = allocator;
    this.then = then;
    this.job = scanner.begin(subject, lane.loop(), this::answered);
  }

  /** Whether the verdict is still to come. */
  boolean undecided() {
    return state != State.JUDGED;
  }

  boolean filling() {
    return state == State.FILLING;
  }

  /** The next piece of the body; ownership passes. May bring the verdict at once. */
  void add(ByteBuf piece) {
    Scanner.Room room = Scanner.Room.ROOM;
    bytes += piece.readableBytes();
    while (piece.isReadable()) {
      ByteBuf last = last(piece.readableBytes());
      last.writeBytes(piece, Math.min(last.writableBytes(), piece.readableBytes()));
      if (room == Scanner.Room.ROOM && !last.isWritable()) {
        room = offer(last);
      }
    }
    piece.release();
    if (bytes > scanner.limit()) {
      giveUp(
          Verdict.Reason.TOO_BIG, "It is longer than scan.limit (" + scanner.limit() + " bytes).");
    } else if (room == Scanner.Room.NONE) {
      giveUp(Verdict.Reason.SPOOL_FULL, "No more can be held now (scan.memory).");
    }
  }

  /** Whole pieces only: each counts for more than its bytes. */
  private Scanner.Room offer(ByteBuf piece) {
    return job.offer(piece.nioBuffer());
  }

  private ByteBuf last(int wanted) {
    if (!pieces.isEmpty() && pieces.getLast().isWritable()) {
      return pieces.getLast();
    }
    int size = pieces.isEmpty() ? Math.clamp(wanted, LEAST, PIECE) : PIECE;
    ByteBuf next = allocator.directBuffer(size, size);
    pieces.add(next);
    return next;
  }

  /** That was all of the body. */
  void end() {
    if (state != State.FILLING) {
      return;
    }
    boolean partial = !pieces.isEmpty() && pieces.getLast().isWritable();
    if (partial && offer(pieces.getLast()) == Scanner.Room.NONE) {
      giveUp(Verdict.Reason.SPOOL_FULL, "No more can be held now (scan.memory).");
      return;
    }
    state = State.WHOLE;
    job.end();
  }

  /** The body takes longer than it may. */
  void outOfPatience() {
    giveUp(
        Verdict.Reason.ENDLESS,
        "It did not end within scan.patience (" + scanner.patience().toSeconds() + " s).");
  }

  private void giveUp(Verdict.Reason reason, String detail) {
    if (state == State.JUDGED) {
      return;
    }
    state = State.JUDGED;
    job.cancel();
    then.accept(scanner.unscanned(reason, detail));
  }

  private void answered(Verdict verdict) {
    scan = Scan.OVER;
    boolean first = state != State.JUDGED;
    state = State.JUDGED;
    try {
      if (first && use == Use.WANTED) {
        then.accept(verdict);
      }
    } finally {
      release();
    }
  }

  /** What is held, in order; each piece is the caller's. To be followed by {@link #letGo}. */
  List<ByteBuf> pieces() {
    return pieces.stream().filter(ByteBuf::isReadable).map(ByteBuf::retainedDuplicate).toList();
  }

  /** The next piece, which is the caller's; null when all were taken. */
  @Nullable ByteBuf next() {
    return taken < pieces.size() ? pieces.get(taken++).retainedDuplicate() : null;
  }

  /** All were taken. */
  boolean empty() {
    return taken == pieces.size();
  }

  /** What still comes while the rest is handed over; ownership passes. */
  void keep(ByteBuf piece) {
    pieces.add(piece);
  }

  /** The exchange is done with it. */
  void letGo() {
    if (use == Use.OVER) {
      return;
    }
    use = Use.OVER;
    if (state != State.JUDGED) {
      job.cancel();
    }
    release();
  }

  private void release() {
    if (use == Use.OVER && scan == Scan.OVER) {
      pieces.forEach(ByteBuf::release);
      pieces.clear();
      job.released();
    }
  }
}
