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
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request on its way to the origin: its head rebuilt, its body passed on as it arrives and as
 * fast as the origin takes it.
 */
final class Upload {
  /** Room for most heads, so that the buffer need not grow while one is written. */
  private static final int USUAL_HEAD = 1024;

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
  private final Deque<ByteBuf> ready = new ArrayDeque<>();
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
    while (state == State.HOLDING && end == null && holding.filling()) {
      switch (reader.read(in)) {
        case NeedMore _ -> {
          return pumped;
        }
        case Bad(Failure failure) -> {
          return new Pumped.Broken(failure);
        }
        case BodyPart.Content(int length) -> holding.add(in.readRetainedSlice(length));
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

  /** The body, as far as it was held, may go; the pieces are this upload's now. */
  void held(List<ByteBuf> pieces) {
    ready.addAll(pieces);
  }

  void discard() {
    ready.forEach(ByteBuf::release);
    ready.clear();
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
      if (!ready.isEmpty()) {
        send(to, ready.removeFirst());
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
      writer.before(length, io.netty.buffer.Unpooled.EMPTY_BUFFER);
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
