package dev.sekisho.data.listen;

import dev.sekisho.data.http1.Fields;
import dev.sekisho.scan.Delivery;
import dev.sekisho.scan.DeliveryConfig;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is held until its verdict, and how it reaches its client: nothing before
 * the verdict, or a trickle whose tail is kept back, so that an infected file is never complete.
 */
final class HeldDownload {
  private static final int PORTION = 64 << 10;

  /** Less than this within scan.patience, and no end in sight: it is a stream, not a file. */
  private static final long ALIVE = 1 << 20;

  private final ClientConnection client;
  private final Lane lane;
  private final Download download;
  private final Told told;
  private final Holding holding;
  private final DeliveryConfig config;
  private final HeldReader reader;
  private final Deque<ByteBuf> late = new ArrayDeque<>();

  private State state = State.HOLDING;
  private Delivery delivery;
  private @Nullable Fields trailers;
  private @Nullable ScheduledFuture<?> ticker;
  private long seenBefore;

  private enum State {
    /** Nothing has reached the client. */
    HOLDING,
    TRICKLING,
    HANDING_OVER,
    OVER
  }

  /** The carrier of the exchange. */
  interface Told {
    void scanned(Verdict verdict);

    /** The client is to get the head now; what it then does not get is broken off. */
    void beginTrickle();

    void pauseOrigin();

    void resumeOrigin();

    /** The client has what was held; what still comes goes straight to it. */
    void through();

    /** The client has everything. */
    void over(Fields trailers);

    /** What was held cannot be read any more. */
    void unreadable(IOException cause);
  }

  HeldDownload(
      ClientConnection client, Lane lane, Download download, Scanner.Subject subject, Told told) {
    this.client = client;
    this.lane = lane;
    this.download = download;
    this.told = told;
    this.config = lane.means().scanner().delivery();
    this.delivery = delivery(subject);
    this.holding =
        new Holding(lane, subject, verdict -> client.guarded(() -> told.scanned(verdict)));
    this.reader = holding.reader();
    client.within(lane.means().scanner().patience());
    if (delivery != Delivery.HOLD) {
      schedule(config.after().toMillis());
    }
  }

  private Delivery delivery(Scanner.Subject subject) {
    Delivery configured = lane.means().scanner().treatment(subject).delivery();
    boolean small = subject.size() >= 0 && subject.size() <= config.small();
    return configured == Delivery.AUTO && small ? Delivery.HOLD : configured;
  }

  private void schedule(long millis) {
    ticker = lane.loop().schedule(() -> client.guarded(this::tick), millis, TimeUnit.MILLISECONDS);
  }

  // What comes from the origin.

  /** Ownership passes. */
  void data(ByteBuf piece) {
    if (!holding.filling()) {
      late.add(piece);
      told.pauseOrigin();
      return;
    }
    if (holding.add(piece) == HeldBody.Room.BEHIND && holding.filling()) {
      told.pauseOrigin();
      holding.whenCaughtUp(() -> client.guarded(told::resumeOrigin));
    }
  }

  void end(Fields last) {
    trailers = last;
    if (holding.filling()) {
      client.never();
      holding.end();
    } else if (state == State.HANDING_OVER) {
      handOver();
    }
  }

  /** The time limit is over while the body is being held. */
  boolean expired() {
    if (!holding.filling()) {
      return false;
    }
    long came = holding.length() - seenBefore;
    seenBefore = holding.length();
    boolean alive = state == State.TRICKLING && came >= (download.endIsKnown() ? 1 : ALIVE);
    if (alive) {
      client.within(lane.means().scanner().patience());
    } else {
      holding.outOfPatience();
    }
    return true;
  }

  // What goes to the client.

  private void tick() {
    if (state == State.HOLDING && holding.undecided()) {
      state = State.TRICKLING;
      told.beginTrickle();
    }
    if (state != State.TRICKLING || !holding.undecided()) {
      return;
    }
    long mayGo = holding.length() - config.keepBack() - reader.position();
    if (mayGo > 0 && client.channel().isWritable()) {
      trickle((int) Math.min(mayGo, config.portion()));
    }
    schedule(config.every().toMillis());
  }

  private void trickle(int most) {
    ByteBuffer piece = next(most);
    if (piece != null) {
      download.data(Unpooled.wrappedBuffer(piece));
      download.flush();
    } else if (state == State.TRICKLING) {
      // It is there at the next portion.
      reader.fetch(lane.loop(), () -> {});
    }
  }

  /** The verdict lets it go. Hands over what is held as fast as the client takes it. */
  void deliver() {
    state = State.HANDING_OVER;
    stopTicking();
    reader.until(holding.length());
    handOver();
  }

  void handOver() {
    while (state == State.HANDING_OVER
        && client.channel().isWritable()
        && next(PORTION) instanceof ByteBuffer piece) {
      client.within(lane.limits().bodyTimeout());
      download.data(Unpooled.wrappedBuffer(piece));
      download.flush();
    }
    if (state != State.HANDING_OVER || !client.channel().isWritable()) {
      return;
    }
    if (!reader.atEnd()) {
      reader.fetch(lane.loop(), () -> client.guarded(this::handOver));
      return;
    }
    while (!late.isEmpty()) {
      download.data(late.removeFirst());
    }
    download.flush();
    // A flush may have made the client writable again, and what followed have ended all this.
    if (state == State.HANDING_OVER) {
      letGo();
      if (trailers == null) {
        told.through();
      } else {
        told.over(trailers);
      }
    }
  }

  private @Nullable ByteBuffer next(int most) {
    try {
      return reader.next(most);
    } catch (IOException e) {
      told.unreadable(e);
      return null;
    }
  }

  boolean handingOver() {
    return state == State.HANDING_OVER;
  }

  private void stopTicking() {
    if (ticker != null) {
      ticker.cancel(false);
      ticker = null;
    }
  }

  void letGo() {
    if (state == State.OVER) {
      return;
    }
    state = State.OVER;
    stopTicking();
    late.forEach(ByteBuf::release);
    late.clear();
    reader.close();
    holding.letGo();
  }
}
