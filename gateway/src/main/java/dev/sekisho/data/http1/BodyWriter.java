package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/**
 * Frames a body for the next hop. The content itself is not touched: {@link #before} writes what
 * has to precede a piece of it and {@link #after} what has to follow it, at once, so that every
 * piece can be understood when it arrives. Only chunks need any of it.
 */
public final class BodyWriter {
  /** The most that {@link #before} and {@link #after} write together around one piece. */
  public static final int OVERHEAD = 12;

  private final BodyFraming framing;
  private long left;

  public BodyWriter(BodyFraming framing) {
    this.framing = framing;
    this.left =
        switch (framing) {
          case BodyFraming.Length length -> length.bytes();
          case BodyFraming.None _ -> 0;
          case BodyFraming.Chunked _, BodyFraming.UntilClose _ -> Long.MAX_VALUE;
        };
  }

  /**
   * What precedes a piece of {@code bytes} bytes.
   *
   * @throws IllegalStateException when the piece does not fit into the length that was announced,
   *     which is a defect of ours
   */
  public void before(int bytes, ByteBuf out) {
    if (bytes <= 0 || bytes > left) {
      throw new IllegalStateException("a piece of " + bytes + " bytes where " + left + " are left");
    }
    switch (framing) {
      case BodyFraming.Chunked _ -> writeSize(bytes, out);
      case BodyFraming.Length _ -> left -= bytes;
      case BodyFraming.None _, BodyFraming.UntilClose _ -> {}
    }
  }

  /** What follows a piece. */
  public void after(ByteBuf out) {
    if (framing instanceof BodyFraming.Chunked) {
      writeEndOfLine(out);
    }
  }

  /**
   * Moves the next {@code bytes} bytes of {@code in} to {@code out} with what belongs around them;
   * for small pieces.
   */
  public void copy(ByteBuf in, int bytes, ByteBuf out) {
    before(bytes, out);
    out.writeBytes(in, bytes);
    after(out);
  }

  /**
   * What ends the body.
   *
   * @param trailers written where the framing has a place for them, else dropped
   * @throws IllegalStateException when less was written than announced, which is a defect of ours
   */
  public void end(Fields trailers, ByteBuf out) {
    switch (framing) {
      case BodyFraming.Chunked _ -> {
        out.writeByte('0');
        writeEndOfLine(out);
        FieldWriter.write(trailers, 0, out);
        writeEndOfLine(out);
      }
      case BodyFraming.Length _ -> {
        if (left > 0) {
          throw new IllegalStateException(
              "the body ends " + left + " bytes before its announced length");
        }
      }
      case BodyFraming.None _, BodyFraming.UntilClose _ -> {}
    }
  }

  private static void writeSize(int bytes, ByteBuf out) {
    int shift = (31 - Integer.numberOfLeadingZeros(bytes)) / 4 * 4;
    for (; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit(bytes >>> shift & 0xf, 16));
    }
    writeEndOfLine(out);
  }

  private static void writeEndOfLine(ByteBuf out) {
    out.writeByte(Grammar.CR);
    out.writeByte(Grammar.LF);
  }
}
