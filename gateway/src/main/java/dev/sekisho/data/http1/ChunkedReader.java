package dev.sekisho.data.http1;

import dev.sekisho.data.http1.BodyPart.Content;
import dev.sekisho.data.http1.BodyPart.End;
import io.netty.buffer.ByteBuf;

/**
 * A chunked body (RFC 9112 §7.1). Sizes are hexadecimal digits and nothing else, every line ends in
 * CRLF, and every chunk too. Extensions are passed over; all of them together may take as many
 * bytes as {@link #EXTENSIONS}, so that nobody can send a body of nothing but extensions.
 */
final class ChunkedReader implements BodyReader {
  private static final int EXTENSIONS = 16 * 1024;
  private static final int SIZE_DIGITS = 16;

  private static final HeadLimits TRAILERS = new HeadLimits(32 * 1024, 16 * 1024, 100);

  private enum State {
    SIZE,
    BEFORE_EXTENSION,
    EXTENSION,
    QUOTED,
    QUOTED_PAIR,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILERS,
    OVER
  }

  private final Sender sender;
  private final HeadScanner trailers = HeadScanner.ofTrailers(TRAILERS);
  private State state = State.SIZE;
  private int digits;
  private long left;
  private int extensionBytes;

  ChunkedReader(Sender sender) {
    this.sender = sender;
  }

  @Override
  public BodyPart read(ByteBuf in) {
    try {
      while (state != State.DATA && state != State.TRAILERS && state != State.OVER) {
        if (!in.isReadable()) {
          return NeedMore.NEED_MORE;
        }
        state = after(in.readByte());
      }
      return switch (state) {
        case DATA -> data(in);
        case TRAILERS -> trailers(in);
        case OVER -> End.PLAIN;
        case SIZE, BEFORE_EXTENSION, EXTENSION, QUOTED, QUOTED_PAIR, SIZE_LF, DATA_CR, DATA_LF ->
            NeedMore.NEED_MORE;
      };
    } catch (Refusal refusal) {
      return sender.badBody(refusal);
    }
  }

  @Override
  public BodyPart atClose() {
    return state == State.OVER ? End.PLAIN : sender.cutOff();
  }

  private BodyPart data(ByteBuf in) {
    int readable = in.readableBytes();
    if (readable == 0) {
      return NeedMore.NEED_MORE;
    }
    int bytes = (int) Math.min(readable, left);
    left -= bytes;
    if (left == 0) {
      state = State.DATA_CR;
    }
    return new Content(bytes);
  }

  private State after(byte b) throws Refusal {
    return switch (state) {
      case SIZE -> size(b);
      case BEFORE_EXTENSION -> beforeExtension(b);
      case EXTENSION -> extension(b);
      case QUOTED ->
          quoted(b, b == '"' ? State.EXTENSION : b == '\\' ? State.QUOTED_PAIR : State.QUOTED);
      case QUOTED_PAIR -> quoted(b, State.QUOTED);
      case SIZE_LF -> {
        require(b == Grammar.LF, "a chunk size line that does not end in CRLF");
        yield left == 0 ? State.TRAILERS : State.DATA;
      }
      case DATA_CR -> {
        require(b == Grammar.CR, "a chunk longer than its size");
        yield State.DATA_LF;
      }
      case DATA_LF -> {
        require(b == Grammar.LF, "a chunk that does not end in CRLF");
        digits = 0;
        yield State.SIZE;
      }
      case DATA, TRAILERS, OVER -> state;
    };
  }

  private State size(byte b) throws Refusal {
    int digit = hex(b);
    if (digit >= 0) {
      require(digits < SIZE_DIGITS && left >>> 59 == 0, "a chunk size too large");
      digits++;
      left = left << 4 | digit;
      return State.SIZE;
    }
    require(digits > 0, "a chunk size that is not a hexadecimal number");
    return switch (b) {
      case Grammar.CR -> State.SIZE_LF;
      case ' ', '\t' -> countExtension(State.BEFORE_EXTENSION);
      case ';' -> countExtension(State.EXTENSION);
      default -> throw new Refusal("a chunk size that is not a hexadecimal number");
    };
  }

  /**
   * White space before an extension must be borne with (RFC 9112 §7.1.1); without an extension it
   * is a fault.
   */
  private State beforeExtension(byte b) throws Refusal {
    require(Grammar.blank(b) || b == ';', "white space after a chunk size");
    return countExtension(b == ';' ? State.EXTENSION : State.BEFORE_EXTENSION);
  }

  private State extension(byte b) throws Refusal {
    if (b == Grammar.CR) {
      return State.SIZE_LF;
    }
    return quoted(b, b == '"' ? State.QUOTED : State.EXTENSION);
  }

  /**
   * Quotes are followed, because a reader that takes a line end inside them for part of the value
   * finds another end of the line.
   */
  private State quoted(byte b, State next) throws Refusal {
    require(
        b == '\t' || (b & 0xff) >= 0x20 && b != 0x7f, "a control character in a chunk extension");
    return countExtension(next);
  }

  private State countExtension(State next) throws Refusal {
    require(
        ++extensionBytes <= EXTENSIONS, "chunk extensions of more than " + EXTENSIONS + " bytes");
    return next;
  }

  private BodyPart trailers(ByteBuf in) throws Refusal {
    int length = trailers.scan(in);
    if (length < 0) {
      return NeedMore.NEED_MORE;
    }
    state = State.OVER;
    if (trailers.lines() == 0) {
      in.skipBytes(length);
      return End.PLAIN;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return new End(FieldParser.parse(bytes, 0, trailers.lines()).withoutKnownNames());
  }

  private static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  private static void require(boolean holds, String otherwise) throws Refusal {
    if (!holds) {
      throw new Refusal(otherwise);
    }
  }
}
