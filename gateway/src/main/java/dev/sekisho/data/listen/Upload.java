package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.http1.Bad;
import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.BodyPart;
import dev.sekisho.data.http1.BodyReader;
import dev.sekisho.data.http1.BodyWriter;
import dev.sekisho.data.http1.NeedMore;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.RequestWriter;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.HeldReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request on its way to the origin: its head rebuilt, its body passed on as it arrives and as
 * fast as the origin takes it.
 */
final class Upload {
  /** Room for most heads, so that the buffer need not grow while one is written. */
  private static final int USUAL_HEAD = 1024;

  private static final int PORTION = 64 << 10;

  /** RFC 9110 §9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  /** What pumping came to. */
  sealed interface Pumped {
    /** Nothing moved. */
    record Nothing() implements Pumped {}

    /** Something was written towards the origin, or the end was reached. */
    record Some() implements Pumped {}

    /** The client's body breaks the rules. */
    record Broken(Failure failure) implements Pumped {}

    /** What is held is written to its file more slowly than it comes. */
    record Behind() implements Pumped {}

    /** What is held has to be fetched from its file. */
    record Unfetched(HeldReader from) implements Pumped {}

    Pumped BEHIND = new Behind();
    Pumped NOTHING = new Nothing();
    Pumped SOME = new Some();
  }

  private enum State {
    BEFORE,
    /** The body is held for the scanner, and nothing was sent. */
    HOLDING,
    SENDING,
    OVER
  }

  private final RequestHead head;
  private final BodyReader reader;
  private final BodyWriter writer;
  private State state = State.BEFORE;
  private @Nullable OriginConnection origin;
  private @Nullable HeldReader held;
  private BodyPart.@Nullable End end;
  private long bytes;

  Upload(RequestHead head) {
    this.head = head;
    this.reader = BodyReader.ofRequest(head.framing());
    this.writer = new BodyWriter(head.framing());
  }

  /** From now on {@link #hold} is called, until {@link #held}. */
  void beginHolding() {
    state = State.HOLDING;
  }

  /** Moves what has arrived of the body to where it is held. */
  Pumped hold(ByteBuf in, Holding holding) {
    Pumped pumped = Pumped.NOTHING;
    if (holding.behind()) {
      // Whatever the client sends stays with it, or the heap would hold what the disk is to.
      return Pumped.BEHIND;
    }
    while (state == State.HOLDING && end == null && holding.filling()) {
      switch (reader.read(in)) {
        case NeedMore _ -> {
          return pumped;
        }
        case Bad(Failure failure) -> {
          return new Pumped.Broken(failure);
        }
        case BodyPart.Content(int length) -> {
          if (holding.add(in.readRetainedSlice(length)) == HeldBody.Room.BEHIND) {
            return Pumped.BEHIND;
          }
        }
        case BodyPart.End last -> {
          end = last;
          holding.end();
        }
      }
      pumped = Pumped.SOME;
    }
    return pumped;
  }

  boolean holding() {
    return state == State.HOLDING;
  }

  /** The body, as far as it was held, may go; the reader is this upload's now. */
  void held(HeldReader reader) {
    held = reader;
  }

  void discard() {
    if (held != null) {
      held.close();
      held = null;
    }
  }

  /** Writes the head; {@link #pump} goes on with the body. */
  void begin(OriginConnection to, RequestWriter requests, RequestWriter.Answer answer) {
    origin = to;
    ByteBuf out = to.buffer(USUAL_HEAD);
    var passage =
        head.upgradesToWebSocket()
            ? RequestWriter.Passage.WEBSOCKET
            : RequestWriter.Passage.ORDINARY;
    requests.write(head, passage, answer, out);
    to.write(out);
    state = hasBody() ? State.SENDING : State.OVER;
  }

  /** Moves what has arrived to the origin, as far as it can take it. */
  Pumped pump(ByteBuf in) {
    Pumped pumped = Pumped.NOTHING;
    OriginConnection to = origin;
    while (to != null && state == State.SENDING && to.writable()) {
      if (held != null) {
        Pumped sent = pumpHeld(to, held);
        if (sent != Pumped.SOME) {
          return sent;
        }
      } else if (end != null) {
        finish(to, end);
      } else {
        switch (reader.read(in)) {
          case NeedMore _ -> {
            return pumped;
          }
          case Bad(Failure failure) -> {
            return new Pumped.Broken(failure);
          }
          case BodyPart.Content(int length) -> send(to, in.readRetainedSlice(length));
          case BodyPart.End last -> finish(to, last);
        }
      }
      pumped = Pumped.SOME;
    }
    return pumped;
  }

  private Pumped pumpHeld(OriginConnection to, HeldReader from) {
    try {
      ByteBuffer piece = from.next(PORTION);
      if (piece != null) {
        send(to, Unpooled.wrappedBuffer(piece));
      } else if (from.atEnd()) {
        discard();
      } else {
        return new Pumped.Unfetched(from);
      }
      return Pumped.SOME;
    } catch (IOException e) {
      return new Pumped.Broken(Broken.unspooled(e));
    }
  }

  private void finish(OriginConnection to, BodyPart.End last) {
    end = last;
    state = State.OVER;
    ByteBuf out = to.buffer();
    writer.end(last.trailers(), out);
    to.write(out);
  }

  private void send(OriginConnection to, ByteBuf piece) {
    int length = piece.readableBytes();
    bytes += length;
    if (!(head.framing() instanceof BodyFraming.Chunked)) {
      writer.before(length, Unpooled.EMPTY_BUFFER);
      to.write(piece);
      return;
    }
    ByteBuf before = to.buffer();
    writer.before(length, before);
    to.write(before);
    to.write(piece);
    ByteBuf after = to.buffer();
    writer.after(after);
    to.write(after);
  }

  void flush() {
    if (origin != null) {
      origin.flush();
    }
  }

  /** Nothing is sent: the answer is there already. */
  void skip() {
    state = State.OVER;
  }

  /** The request will be sent again on another connection; only when it is {@link #repeatable}. */
  void rewind() {
    origin = null;
    state = State.BEFORE;
  }

  /** Everything was written towards the origin. */
  boolean over() {
    return state == State.OVER;
  }

  boolean open() {
    return state == State.SENDING || state == State.HOLDING;
  }

  /** No byte of this request is still to come from the client, so the next one can be read. */
  boolean nothingLeftToRead() {
    return !hasBody() || end != null;
  }

  /** Sending it twice does what sending it once does, and it is still whole in our hands. */
  boolean repeatable() {
    return !hasBody() && IDEMPOTENT.contains(head.method());
  }

  /** Body bytes written towards the origin, without framing. */
  long bytes() {
    return bytes;
  }

  boolean hasBody() {
    return !(head.framing() instanceof BodyFraming.None);
  }
}
