package dev.sekisho.data.origin;

import dev.sekisho.data.http1.Bad;
import dev.sekisho.data.http1.BodyPart;
import dev.sekisho.data.http1.BodyReader;
import dev.sekisho.data.http1.NeedMore;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.http1.TransferDecoder;
import dev.sekisho.data.http1.Undone;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response on its way in, its transfer coding undone where it has one. Undone, a few
 * bytes may become a thousand times as many; so that goes by turns: a piece is made when the one
 * before was taken, a pause of the user's stops it at once, and after so many bytes the other
 * connections of the event loop come first.
 */
final class ResponseBody {
  /** What one turn may give. */
  private static final int TURN = 256 << 10;

  /** What comes next. */
  sealed interface Part {
    /** As it was read; {@link BodyPart.Content} is still in the input. */
    record Read(BodyPart part) implements Part {}

    /** Content out of a transfer coding; the receiver's. */
    record Decoded(ByteBuf content) implements Part {}

    /** The turn is over, and another must follow. */
    record TurnOver() implements Part {}

    /** The user takes no more for now. */
    record Paused() implements Part {}
  }

  private enum Flow {
    FREE,
    PAUSED
  }

  /** Whether everything that was read has been looked at. */
  private enum Progress {
    ALL_SEEN,
    STOPPED,
    /** Stopped, and another turn is on its way. */
    CONTINUED
  }

  /** Whether the decoder has something in it. */
  private enum Inside {
    NOTHING,
    SOMETHING
  }

  private final BodyReader reader;

  /** Null for a body that needs nothing undone. */
  private final @Nullable TransferDecoder decoder;

  private Flow flow = Flow.FREE;
  private Progress progress = Progress.ALL_SEEN;
  private Inside inside = Inside.NOTHING;
  private int turn;

  ResponseBody(ResponseHead head) {
    this.reader = BodyReader.ofResponse(head.framing());
    this.decoder = head.transferCoding().map(TransferDecoder::new).orElse(null);
  }

  void pause() {
    flow = Flow.PAUSED;
  }

  void resume() {
    flow = Flow.FREE;
  }

  boolean paused() {
    return flow == Flow.PAUSED;
  }

  void beginTurn() {
    turn = 0;
  }

  /** Whether something that was read already waits for another turn. */
  boolean stopped() {
    return progress != Progress.ALL_SEEN;
  }

  /** Whether another turn must be asked for; only the first who asks hears so. */
  boolean continues() {
    boolean first = progress == Progress.STOPPED;
    progress = first ? Progress.CONTINUED : progress;
    return first;
  }

  Part next(ByteBuf in, ByteBufAllocator allocator) {
    if (decoder == null) {
      return new Part.Read(reader.read(in));
    }
    if (flow == Flow.PAUSED || turn >= TURN) {
      progress = Progress.STOPPED;
      return flow == Flow.PAUSED ? new Part.Paused() : new Part.TurnOver();
    }
    progress = Progress.ALL_SEEN;
    return decoded(decoder, in, allocator);
  }

  private Part decoded(TransferDecoder coding, ByteBuf in, ByteBufAllocator allocator) {
    while (true) {
      if (inside == Inside.SOMETHING) {
        switch (coding.next(allocator)) {
          case Undone.Piece(ByteBuf content) -> {
            turn += content.readableBytes();
            return new Part.Decoded(content);
          }
          case Bad bad -> {
            return new Part.Read(bad);
          }
          case NeedMore _ -> inside = Inside.NOTHING;
        }
      }
      BodyPart part = reader.read(in);
      if (!(part instanceof BodyPart.Content(int bytes))) {
        return new Part.Read(part instanceof BodyPart.End ? end(coding, part) : part);
      }
      coding.feed(in.readRetainedSlice(bytes));
      inside = Inside.SOMETHING;
    }
  }

  private static BodyPart end(TransferDecoder coding, BodyPart end) {
    return coding.end().<BodyPart>map(bad -> bad).orElse(end);
  }

  /** What it means that the connection has ended and everything was looked at. */
  BodyPart atClose() {
    return reader.atClose();
  }

  void close() {
    if (decoder != null) {
      decoder.close();
    }
  }
}
