package dev.sekisho.data.listen;

import dev.sekisho.data.websocket.MessageReader;
import dev.sekisho.data.websocket.Opcode;
import dev.sekisho.scan.HeldReader;
import dev.sekisho.scan.MessageLimits;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one direction of a WebSocket. Short ones pass, longer ones are held until their
 * verdict; either way the frames go on byte for byte as they came. One message is held at a time,
 * and nothing behind it is read but control frames. Lives on one event loop.
 *
 * <pre>
 * OPEN     between messages, or one is gathered that is still short
 * HOLDING  the rest of a message is awaited
 * JUDGING  it is whole; its verdict is awaited
 * POURING  what was held goes on
 * PASSING  the rest of a message goes on as it comes
 * CLOSED   a Close frame has gone on, or everything is over
 * </pre>
 */
final class MessageFlow implements MessageReader.Sink {
  private static final int PORTION = 64 << 10;

  /** Frames of a message that is still short may have heads of so many bytes. */
  private static final int HEADS = 4 << 10;

  /** So much is decompressed before others have their turn. */
  private static final long TURN = 1 << 20;

  private final Lane lane;
  private final Way way;
  private final MessageReader reader;
  private final Scanner.Subject subject;
  private final Scanning scanning;
  private final Told told;
  private final Scanner scanner;
  private final MessageLimits limits;
  private final MessageBounds bounds;
  private final long from;
  private final ShortMessage gathered;
  private final Outlet outlet;

  private State state = State.OPEN;
  private MessageReader.Taken taken = MessageReader.Taken.LAST;
  private Input input = Input.OPEN;
  private Waiting waiting = Waiting.FOR_NOTHING;
  private @Nullable HeldMessage held;
  private @Nullable HeldReader pouring;
  private @Nullable ScheduledFuture<?> patience;
  private long shortOnes;
  private long turn;

  private enum State {
    OPEN,
    HOLDING,
    JUDGING,
    POURING,
    PASSING,
    CLOSED
  }

  private enum Input {
    OPEN,
    ENDED
  }

  private enum Waiting {
    FOR_NOTHING,
    /** For the file in which a message is held. */
    FOR_FILE
  }

  /** Whether messages of this direction are scanned at all. */
  enum Scanning {
    ALL,
    NONE
  }

  /**
   * From where to where.
   *
   * @param in what has arrived, as it is now
   */
  record Way(Supplier<ByteBuf> in, Channel to) {}

  /** Whose both directions are. Every method but the last two may end everything. */
  interface Told {
    /** The sender breaks the rules. */
    void broken(MessageFlow flow, String rule);

    void judged(MessageFlow flow, Verdict verdict);

    /** A Close frame has gone on. */
    void closed(MessageFlow flow);

    /** The input has ended in order, and everything has gone on. */
    void drained(MessageFlow flow);

    /** The input has ended within a message. */
    void cut(MessageFlow flow);

    /** What was held cannot be read any more. */
    void unreadable(IOException cause);

    /** Something was taken, or went on. */
    void moved(MessageFlow flow);

    void guarded(Runnable task);
  }

  MessageFlow(
      Lane lane,
      Way way,
      MessageReader reader,
      Scanner.Subject subject,
      Scanning scanning,
      Told told) {
    this.lane = lane;
    this.way = way;
    this.reader = reader;
    this.subject = subject;
    this.scanning = scanning;
    this.told = told;
    this.scanner = lane.means().scanner();
    this.limits = scanner.messages();
    this.bounds = new MessageBounds(limits);
    this.gathered = new ShortMessage(way.to().alloc());
    this.outlet = new Outlet(way.to());
    // Where nothing may pass for being left out, nothing is left out for being short.
    Verdict.Fate leftOut = scanner.treatment(subject).fates().of(Verdict.Reason.EXCLUDED_BY_RULE);
    this.from =
        switch (leftOut) {
          case DELIVER -> limits.from();
          case BLOCK -> 1;
        };
  }

  Scanner.Direction direction() {
    return subject.direction();
  }

  /** Goes on as far as there is something to read, and somebody who takes it. */
  void go() {
    turn = 0;
    while (state != State.CLOSED && outlet.takesMore() && step()) {
      if (turn >= TURN) {
        lane.loop().execute(() -> told.guarded(this::go));
        break;
      }
    }
    if (state == State.CLOSED) {
      way.in().get().skipBytes(way.in().get().readableBytes());
    }
    outlet.send();
    told.moved(this);
  }

  private boolean step() {
    return switch (state) {
      case OPEN, JUDGING, PASSING -> read();
      case HOLDING -> !waits() && read();
      case POURING -> pour();
      case CLOSED -> false;
    };
  }

  private boolean waits() {
    HeldMessage message = held();
    if (!message.behind()) {
      return false;
    }
    if (waiting == Waiting.FOR_NOTHING) {
      waiting = Waiting.FOR_FILE;
      message.whenCaughtUp(() -> {
        waiting = Waiting.FOR_NOTHING;
        told.guarded(this::go);
      });
    }
    return true;
  }

  private boolean read() {
    return switch (reader.ahead(way.in().get())) {
      case MessageReader.Ahead.Nothing _ -> {
        nothingAhead();
        yield false;
      }
      case MessageReader.Ahead.Broken(String rule) -> {
        told.broken(this, rule);
        yield false;
      }
      case MessageReader.Ahead.Control(Opcode opcode) when opcode == Opcode.CLOSE -> close();
      case MessageReader.Ahead.Control _ -> {
        outlet.write(reader.control(way.in().get()));
        yield true;
      }
      case MessageReader.Ahead.Data _ -> {
        if (state == State.JUDGING) {
          yield false;
        }
        data();
        yield true;
      }
    };
  }

  private void nothingAhead() {
    if (input == Input.OPEN || state == State.JUDGING) {
      return;
    }
    if (idle()) {
      told.drained(this);
    } else {
      told.cut(this);
    }
  }

  /** Never before a message of its own direction; one that is not whole never will be. */
  private boolean close() {
    if (state == State.JUDGING) {
      return false;
    }
    outlet.write(reader.control(way.in().get()));
    letGo();
    told.closed(this);
    return false;
  }

  // Messages.

  private void data() {
    if (state == State.OPEN && scanning == Scanning.NONE) {
      state = State.PASSING;
    }
    boolean passing = state == State.PASSING;
    taken =
        reader.data(
            way.in().get(),
            passing ? MessageReader.Wanted.WIRE : MessageReader.Wanted.EVERYTHING,
            this);
    switch (state) {
      case OPEN -> gathered();
      case HOLDING -> hold();
      case PASSING -> passed();
      case JUDGING, POURING, CLOSED -> throw new IllegalStateException("read while " + state);
    }
  }

  @Override
  public void wire(ByteBuf piece) {
    switch (state) {
      case OPEN -> gathered.wire(piece);
      case HOLDING -> held().wire(piece);
      case PASSING -> outlet.write(piece.retainedSlice());
      case JUDGING, POURING, CLOSED -> throw new IllegalStateException("read while " + state);
    }
  }

  @Override
  public void content(byte[] piece, int length) {
    turn += length;
    switch (state) {
      case OPEN -> {
        // A little may become much at once: what is short is not known before it is all here.
        gathered.content(piece, length);
        if (gathered.contentLength() >= from) {
          promote();
        }
      }
      case HOLDING -> {
        if (held().contentLength() <= limits.decoded().limit()) {
          held().content(piece, length);
        }
      }
      case PASSING, JUDGING, POURING, CLOSED -> {}
    }
  }

  private void gathered() {
    boolean manyFrames = gathered.wireLength() > from + HEADS;
    if (reader.size() >= from || manyFrames || reader.unreadable().isPresent()) {
      promote();
      hold();
    } else if (taken == MessageReader.Taken.LAST) {
      if (reader.size() > 0) {
        shortOnes++;
      }
      gathered.passTo(outlet);
    }
  }

  /** What was gathered is held from now on. */
  private void promote() {
    HeldMessage message = new HeldMessage(lane);
    held = message;
    state = State.HOLDING;
    gathered.moveTo(message);
  }

  private void hold() {
    HeldMessage message = held();
    Optional<MessageBounds.Exceeded> exceeded = bounds.exceeded(message, reader, taken);
    if (exceeded.isPresent()) {
      giveUp(exceeded.get().reason(), exceeded.get().detail());
    } else if (taken == MessageReader.Taken.LAST) {
      stopPatience();
      state = State.JUDGING;
      message.judge(subject, verdict -> told.guarded(() -> answered(verdict)));
    } else if (patience == null) {
      patience =
          lane.loop()
              .schedule(
                  () -> told.guarded(this::outOfPatience),
                  scanner.patience().toNanos(),
                  TimeUnit.NANOSECONDS);
    }
  }

  private void outOfPatience() {
    if (state == State.HOLDING) {
      giveUp(
          Verdict.Reason.ENDLESS,
          "A message did not end within scan.patience (" + scanner.patience().toSeconds() + " s).");
      go();
    }
  }

  private void giveUp(Verdict.Reason reason, String detail) {
    judged(scanner.unscanned(subject, reason, detail));
  }

  private void answered(Verdict verdict) {
    if (state == State.JUDGING) {
      judged(verdict);
      go();
    }
  }

  private void judged(Verdict verdict) {
    stopPatience();
    told.judged(this, verdict);
    // Unless that was the end of everything.
    if (state == State.HOLDING || state == State.JUDGING) {
      state = State.POURING;
      pouring = held().handOver();
      follow();
    }
  }

  /** Beyond this, what a message that passes says is not followed any more. */
  private void follow() {
    if (reader.inflated() > limits.followed()) {
      reader.giveUp("it refers to one that became longer than scan.decoded.limit");
    }
  }

  private void passed() {
    follow();
    if (taken == MessageReader.Taken.LAST) {
      state = State.OPEN;
    }
  }

  private boolean pour() {
    HeldReader from = pouring;
    if (from == null) {
      throw new IllegalStateException("nothing to pour");
    }
    try {
      ByteBuffer piece = from.next(PORTION);
      if (piece != null) {
        outlet.write(Unpooled.wrappedBuffer(piece));
        return true;
      }
    } catch (IOException e) {
      told.unreadable(e);
      return false;
    }
    if (!from.atEnd()) {
      from.fetch(lane.loop(), () -> told.guarded(this::go));
      return false;
    }
    drop();
    state = taken == MessageReader.Taken.LAST ? State.OPEN : State.PASSING;
    return true;
  }

  // How it stands, and how it ends.

  private HeldMessage held() {
    if (held == null) {
      throw new IllegalStateException("nothing is held while " + state);
    }
    return held;
  }

  /** The sender has ended its side. */
  void inputEnded() {
    input = Input.ENDED;
    go();
  }

  /** Whether everything that came has gone on, and no message is under way. */
  boolean idle() {
    return state == State.CLOSED
        || state == State.OPEN
            && gathered.wireLength() == 0
            && !way.in().get().isReadable()
            && reader.betweenFrames();
  }

  boolean over() {
    return state == State.CLOSED;
  }

  boolean judging() {
    return state == State.JUDGING;
  }

  /** Whether a frame of our own may go out now: none of the sender's has gone in part. */
  boolean mayClose() {
    return switch (state) {
      case OPEN, HOLDING, JUDGING -> true;
      case PASSING -> reader.betweenFrames();
      case POURING -> pouring != null && pouring.position() == 0;
      case CLOSED -> false;
    };
  }

  /** Hands over what goes before anything else that is written. */
  void send() {
    outlet.send();
  }

  /** Bytes that went on. */
  long bytes() {
    return outlet.bytes();
  }

  /** Messages that passed because they are short. */
  long shortOnes() {
    return shortOnes;
  }

  private void stopPatience() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  private void drop() {
    gathered.drop();
    pouring = null;
    if (held != null) {
      held.letGo();
      held = null;
    }
  }

  void letGo() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    stopPatience();
    outlet.send();
    drop();
    reader.close();
  }
}
