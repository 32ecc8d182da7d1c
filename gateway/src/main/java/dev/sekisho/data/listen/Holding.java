package dev.sekisho.data.listen;

import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A body that is held until the scanner has judged it. Lives on one event loop. */
final class Holding {
  private final Lane lane;
  private final Scanner scanner;
  private final Scanner.Subject subject;
  private final Consumer<Verdict> then;
  private final HeldBody body;
  private State state = State.FILLING;
  private Use use = Use.WANTED;
  private End end = End.AWAITED;
  private Scanner.@Nullable Job job;

  private enum End {
    AWAITED,
    SEEN
  }

  private enum State {
    FILLING,
    /** Everything is here; the verdict is awaited. */
    WHOLE,
    JUDGED
  }

  private enum Use {
    WANTED,
    OVER
  }

  /**
   * @param then told the verdict once, on the lane's loop; not after {@link #letGo}
   */
  Holding(Lane lane, Scanner.Subject subject, Consumer<Verdict> then) {
    this.lane = lane;
    this.scanner = lane.means().scanner();
    this.subject = subject;
    this.then = then;
    this.body = scanner.spool().begin();
  }

  boolean filling() {
    return state == State.FILLING;
  }

  boolean undecided() {
    return state != State.JUDGED;
  }

  /** Whether all of it was here when it was judged. */
  boolean whole() {
    return end == End.SEEN;
  }

  /** Bytes that have come. */
  long length() {
    return body.length();
  }

  /**
   * The next piece of the body; ownership passes. May bring the verdict at once.
   *
   * @return {@link HeldBody.Room#BEHIND} when no more should come until {@link #whenCaughtUp}
   */
  HeldBody.Room add(ByteBuf piece) {
    HeldBody.Room room = body.add(piece.nioBuffer());
    piece.release();
    if (body.length() > scanner.limit()) {
      giveUp(
          Verdict.Reason.TOO_BIG, "It is longer than scan.limit (" + scanner.limit() + " bytes).");
    } else if (room == HeldBody.Room.FULL) {
      giveUp(
          Verdict.Reason.SPOOL_FULL,
          "No more can be held now (scan.spool.disk, or its file system).");
    }
    return room;
  }

  boolean behind() {
    return body.isBehind();
  }

  void whenCaughtUp(Runnable then) {
    body.whenCaughtUp(lane.loop(), then);
  }

  /** That was all of the body. */
  void end() {
    if (state != State.FILLING) {
      return;
    }
    body.end();
    state = State.WHOLE;
    end = End.SEEN;
    job = scanner.scan(subject, body, lane.loop(), this::answered);
  }

  /** The body takes longer than it may. */
  void outOfPatience() {
    giveUp(
        Verdict.Reason.ENDLESS,
        "It did not end within scan.patience (" + scanner.patience().toSeconds() + " s).");
  }

  private void giveUp(Verdict.Reason reason, String detail) {
    if (state == State.FILLING) {
      state = State.JUDGED;
      body.end();
      then.accept(scanner.unscanned(subject, reason, detail));
    }
  }

  private void answered(Verdict verdict) {
    job = null;
    state = State.JUDGED;
    if (use == Use.WANTED) {
      then.accept(verdict);
    }
  }

  /** Reads it from there on; where it ends is told to the reader. */
  HeldReader reader(long from) {
    return body.reader(from, Long.MAX_VALUE);
  }

  HeldBody body() {
    return body;
  }

  /** The exchange is done with it. */
  void letGo() {
    if (use == Use.OVER) {
      return;
    }
    use = Use.OVER;
    if (job != null) {
      job.cancel();
    }
    body.release();
  }
}
