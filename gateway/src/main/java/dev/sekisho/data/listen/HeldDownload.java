package dev.sekisho.data.listen;

import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.policy.Obligations;
import dev.sekisho.scan.Delivery;
import dev.sekisho.scan.DeliveryConfig;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is held until its verdict, and how it reaches its client: nothing before
 * the verdict, or a trickle whose tail is kept back, so that an infected file is never complete.
 */
final class HeldDownload implements Pour.Told {
  /** Less than this within scan.patience, and no end in sight: it is a stream, not a file. */
  private static final long ALIVE = 1 << 20;

  private final ClientConnection client;
  private final Lane lane;
  private final Download download;
  private final Told told;
  private final Holding holding;
  private final DeliveryConfig config;
  private final Deque<ByteBuf> late = new ArrayDeque<>();

  private State state = State.HOLDING;
  private Delivery delivery;
  private Pour pour;
  private Sent sent;
  private @Nullable Fields trailers;
  private @Nullable ScheduledFuture<?> ticker;
  private long seenBefore;

  private enum State {
    /** Nothing has reached the client. */
    HOLDING,
    TRICKLING,
    /** The client has a page. */
    PAGED,
    HANDING_OVER,
    OVER
  }

  /**
   * What the client gets of the body.
   *
   * @param from its first byte
   * @param until the byte behind its last; what is not known yet is {@link Long#MAX_VALUE}
   */
  record Sent(long from, long until) {
    static final Sent ALL = new Sent(0, Long.MAX_VALUE);

    /** A part of which nothing can be said before the end of the whole: whether there is one. */
    static final Sent AT_THE_END = new Sent(0, 0);

    /**
     * The part that a request asks for, as far as that is known.
     *
     * @param size of the whole, or -1
     */
    static Sent of(RequestHead request, ResponseHead response, long size) {
      if (size < 0) {
        return AT_THE_END;
      }
      return switch (WantedPart.of(request, response, size)) {
        case WantedPart.Whole _ -> ALL;
        case WantedPart.Bytes bytes -> new Sent(bytes.first(), bytes.last() + 1);
        case WantedPart.Beyond _ -> AT_THE_END;
      };
    }
  }

  /**
   * What is held, and what its client gets of it.
   *
   * @param obliged how it is delivered, where policy says so
   */
  record Wanted(Scanner.Subject subject, Sent sent, Optional<Obligations.Deliver> obliged) {
    Optional<Delivery> byPolicy() {
      return obliged.map(word ->
          switch (word) {
            case AUTO -> Delivery.AUTO;
            case HOLD -> Delivery.HOLD;
            case TRICKLE -> Delivery.TRICKLE;
            case PAGE -> Delivery.PAGE;
          });
    }
  }

  /** What a client has got that waits. */
  enum Shown {
    /** The head; what it then does not get is broken off. */
    TRICKLE,
    PAGE
  }

  /** Who has it in custody. */
  interface Told {
    void scanned(Verdict verdict);

    /** The client has waited long enough: it is to get the head now, or a page. */
    Shown show();

    /** For the page. */
    void progress(long came);

    void pauseOrigin();

    void resumeOrigin();

    /** The client has what was held; what still comes goes straight to it. */
    void through();

    /** The client has everything. */
    void over(Fields trailers);

    /** What was held cannot be read any more. */
    void unreadable(IOException cause);
  }

  HeldDownload(ClientConnection client, Lane lane, Download download, Wanted wanted, Told told) {
    Scanner.Subject subject = wanted.subject();
    this.client = client;
    this.sent = wanted.sent();
    this.lane = lane;
    this.download = download;
    this.told = told;
    this.config = lane.means().scanner().delivery();
    this.delivery = delivery(wanted);
    this.holding =
        new Holding(lane, subject, verdict -> client.guarded(() -> told.scanned(verdict)));
    this.pour = new Pour(client, lane, download, holding.reader(sent.from()), this);
    client.within(lane.means().scanner().patience());
    if (delivery != Delivery.HOLD) {
      schedule(config.after().toMillis());
    }
  }

  private Delivery delivery(Wanted wanted) {
    Scanner.Subject subject = wanted.subject();
    Delivery configured = lane.means().scanner().treatment(subject).delivery(wanted.byPolicy());
    boolean small = subject.size() >= 0 && subject.size() <= config.small();
    boolean held = configured == Delivery.AUTO && small || sent == Sent.AT_THE_END;
    return held ? Delivery.HOLD : configured;
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
    }
  }

  /** The time limit is over while the body is being held. */
  boolean expired() {
    if (!holding.filling()) {
      return false;
    }
    long came = holding.length() - seenBefore;
    seenBefore = holding.length();
    boolean shown = state == State.TRICKLING || state == State.PAGED;
    boolean alive = shown && came >= (download.endIsKnown() ? 1 : ALIVE);
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
      Shown shown = told.show();
      // What was written may have broken the connection, and that ended all this.
      if (state != State.HOLDING) {
        return;
      }
      state =
          switch (shown) {
            case TRICKLE -> State.TRICKLING;
            case PAGE -> State.PAGED;
          };
    }
    if (!holding.undecided()) {
      return;
    }
    switch (state) {
      case TRICKLING -> trickle();
      case PAGED -> told.progress(holding.length());
      case HOLDING, HANDING_OVER, OVER -> {
        return;
      }
    }
    if (state == State.TRICKLING || state == State.PAGED) {
      schedule(config.every().toMillis());
    }
  }

  private void trickle() {
    long mayGo = Math.min(holding.length(), sent.until()) - config.keepBack() - pour.position();
    if (mayGo > 0 && client.channel().isWritable()) {
      pour.some((int) Math.min(mayGo, config.portion()));
    }
  }

  /** The verdict lets it go. Hands over what is held as fast as the client takes it. */
  void deliver() {
    state = State.HANDING_OVER;
    stopTicking();
    pour.all(Math.min(holding.length(), sent.until()));
  }

  /** The same, but all of it after all; only before anything was shown. */
  void deliverAll() {
    pour.close();
    sent = Sent.ALL;
    pour = new Pour(client, lane, download, holding.reader(0), this);
    deliver();
  }

  /** The client takes more. */
  void handOver() {
    if (state == State.HANDING_OVER) {
      pour.go();
    }
  }

  @Override
  public void poured() {
    while (!late.isEmpty()) {
      download.data(late.removeFirst());
    }
    download.flush();
    // A flush may have made the client writable again, and what followed have ended all this.
    if (state != State.HANDING_OVER) {
      return;
    }
    letGo();
    if (trailers == null) {
      told.through();
    } else {
      told.over(trailers);
    }
  }

  @Override
  public void unreadable(IOException cause) {
    told.unreadable(cause);
  }

  /** Whether all of the body came, and nothing is still to come from the origin. */
  boolean whole() {
    return holding.whole();
  }

  /** Not held for the caller: whoever keeps it retains it. */
  HeldBody body() {
    return holding.body();
  }

  Delivery delivery() {
    return delivery;
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
    pour.close();
    holding.letGo();
  }
}
