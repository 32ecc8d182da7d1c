package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/** Writes the field that frames a body, as we understood it and never as it was written. */
final class Framer {
  private static final byte[] CONTENT_LENGTH = FieldWriter.bytes("Content-Length: ");
  private static final byte[] CRLF = FieldWriter.bytes("\r\n");
  private static final byte[] CHUNKED = FieldWriter.bytes("Transfer-Encoding: chunked\r\n");

  private Framer() {}

  /**
   * @param lengthWithoutBody what Content-Length says where no body follows; -1 where it is left
   *     out
   */
  static void write(BodyFraming framing, long lengthWithoutBody, ByteBuf out) {
    switch (framing) {
      case BodyFraming.None _ -> {
        if (lengthWithoutBody >= 0) {
          length(lengthWithoutBody, out);
        }
      }
      case BodyFraming.Length length -> length(length.bytes(), out);
      case BodyFraming.Chunked _ -> out.writeBytes(CHUNKED);
      case BodyFraming.UntilClose _ -> {}
    }
  }

  private static void length(long bytes, ByteBuf out) {
    out.writeBytes(CONTENT_LENGTH);
    FieldWriter.writeNumber(bytes, out);
    out.writeBytes(CRLF);
  }
}
