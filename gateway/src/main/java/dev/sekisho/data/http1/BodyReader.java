package dev.sekisho.data.http1;

import dev.sekisho.data.http1.BodyPart.Content;
import dev.sekisho.data.http1.BodyPart.End;
import io.netty.buffer.ByteBuf;

/**
 * Finds the content and the end of one message's body in the bytes that follow its head. Holds no
 * buffer and takes none: content is told by its number of bytes and stays in the caller's hands.
 *
 * <pre>{@code
 * while (true) {
 *   switch (reader.read(in)) {
 *     case BodyPart.Content content -> forward(in.readRetainedSlice(content.bytes()));
 *     case BodyPart.End end -> { finish(end.trailers()); return; }
 *     case NeedMore _ -> { return; }
 *     case Bad bad -> { fail(bad.failure()); return; }
 *   }
 * }
 * }</pre>
 */
public sealed interface BodyReader permits BodyReader.Counted, BodyReader.ToTheEnd, ChunkedReader {
  /** For the body of a request. */
  static BodyReader ofRequest(BodyFraming framing) {
    return of(framing, Sender.CLIENT);
  }

  /** For the body of a response. */
  static BodyReader ofResponse(BodyFraming framing) {
    return of(framing, Sender.ORIGIN);
  }

  private static BodyReader of(BodyFraming framing, Sender sender) {
    return switch (framing) {
      case BodyFraming.None _ -> new Counted(0, sender);
      case BodyFraming.Length length -> new Counted(length.bytes(), sender);
      case BodyFraming.Chunked _ -> new ChunkedReader(sender);
      case BodyFraming.UntilClose _ -> new ToTheEnd();
    };
  }

  /** The next part. After {@link End} or {@link Bad} the reader must not be asked again. */
  BodyPart read(ByteBuf in);

  /**
   * What it means that the connection has ended and everything read before was taken: {@link End},
   * or {@link Bad}.
   */
  BodyPart atClose();

  /** A known number of bytes, perhaps none. */
  final class Counted implements BodyReader {
    private final Sender sender;
    private long left;

    private Counted(long left, Sender sender) {
      this.left = left;
      this.sender = sender;
    }

    @Override
    public BodyPart read(ByteBuf in) {
      if (left == 0) {
        return End.PLAIN;
      }
      int readable = in.readableBytes();
      if (readable == 0) {
        return NeedMore.NEED_MORE;
      }
      int bytes = (int) Math.min(readable, left);
      left -= bytes;
      return new Content(bytes);
    }

    @Override
    public BodyPart atClose() {
      return left == 0 ? End.PLAIN : sender.cutOff();
    }
  }

  /** Everything until the origin closes. */
  final class ToTheEnd implements BodyReader {
    private ToTheEnd() {}

    @Override
    public BodyPart read(ByteBuf in) {
      return in.isReadable() ? new Content(in.readableBytes()) : NeedMore.NEED_MORE;
    }

    @Override
    public BodyPart atClose() {
      return End.PLAIN;
    }
  }
}
