package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Undoes the transfer coding of one body, one piece at a time, as it is asked: what comes out can
 * be a thousand times what went in, and whoever takes it says when. One member of gzip (RFC 1952)
 * or one zlib stream (RFC 1950), with its checksum, and nothing behind it; a body of no bytes is
 * one without content.
 */
public final class TransferDecoder implements AutoCloseable {
  /** The most that one piece has. */
  public static final int PIECE = 32 << 10;

  private final Inflater inflater;
  private final GzipEnvelope envelope;
  private ByteBuf in = Unpooled.EMPTY_BUFFER;
  private State state = State.BEFORE;

  private enum State {
    /** Nothing has come yet. */
    BEFORE,
    HEADER,
    CONTENT,
    TRAILER,
    OVER
  }

  public TransferDecoder(TransferCoding coding) {
    this.inflater = new Inflater(coding == TransferCoding.GZIP);
    this.envelope = new GzipEnvelope(coding);
  }

  /**
   * More of the coded body, which becomes ours. To be called when {@link #next} wants more, and
   * only then.
   */
  public void feed(ByteBuf coded) {
    in.release();
    in = coded;
    if (state == State.CONTENT) {
      inflater.setInput(in.nioBuffer());
    }
    if (state == State.BEFORE && coded.isReadable()) {
      state = State.HEADER;
    }
  }

  /** The next piece. After {@link Bad} it must not be asked again. */
  public Undone next(ByteBufAllocator allocator) {
    try {
      return advanced(allocator);
    } catch (Refusal refusal) {
      return Sender.ORIGIN.badBody(refusal);
    } catch (DataFormatException e) {
      return Sender.ORIGIN.badBody(
          new Refusal("a transfer coding that cannot be undone (" + e.getMessage() + ")"));
    }
  }

  private Undone advanced(ByteBufAllocator allocator) throws Refusal, DataFormatException {
    while (true) {
      switch (state) {
        case BEFORE -> {
          return NeedMore.NEED_MORE;
        }
        case HEADER -> {
          if (!envelope.header(in)) {
            return NeedMore.NEED_MORE;
          }
          begin();
        }
        case CONTENT -> {
          ByteBuf piece = inflated(allocator);
          if (piece.isReadable()) {
            return new Undone.Piece(piece);
          }
          piece.release();
          if (!inflater.finished()) {
            return NeedMore.NEED_MORE;
          }
          in.skipBytes(in.readableBytes() - inflater.getRemaining());
          state = State.TRAILER;
        }
        case TRAILER -> {
          if (!envelope.trailer(in, inflater.getBytesWritten())) {
            return NeedMore.NEED_MORE;
          }
          state = State.OVER;
        }
        case OVER -> {
          if (in.isReadable()) {
            throw new Refusal("bytes behind the end of a transfer coding");
          }
          return NeedMore.NEED_MORE;
        }
      }
    }
  }

  private void begin() {
    state = State.CONTENT;
    inflater.setInput(in.nioBuffer());
  }

  private ByteBuf inflated(ByteBufAllocator allocator) throws Refusal, DataFormatException {
    ByteBuf piece = allocator.buffer(PIECE, PIECE);
    try {
      int count = inflater.inflate(piece.nioBuffer(0, PIECE));
      if (inflater.needsDictionary()) {
        throw new Refusal("a transfer coding that asks for a dictionary");
      }
      piece.writerIndex(count);
      envelope.content(piece);
      return piece;
    } catch (Refusal | DataFormatException | RuntimeException e) {
      piece.release();
      throw e;
    }
  }

  /** What it means that the coded body is over and {@link #next} wanted more; empty for good. */
  public Optional<Bad> end() {
    return state == State.BEFORE || state == State.OVER
        ? Optional.empty()
        : Optional.of(
            Sender.ORIGIN.badBody(new Refusal("a transfer coding that ends in the middle")));
  }

  /** Lets go of what it holds. */
  @Override
  public void close() {
    inflater.end();
    in.release();
    in = Unpooled.EMPTY_BUFFER;
  }
}
