package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/**
 * Rebuilds the head of an origin's response for the client: our version, nothing that was meant for
 * us, the framing the caller chose, and our name in Via. An origin cannot ask for proxy
 * credentials; its Proxy-Authenticate is left out. Immutable; one for all connections.
 */
public final class ResponseWriter {
  /** What becomes of the client's connection after this response. */
  public enum Afterwards {
    KEEP,
    CLOSE,
    /** 101: it speaks WebSocket from here on. */
    SWITCH
  }

  private static final long DROPPED =
      FieldName.set(
          FieldName.CONNECTION,
          FieldName.KEEP_ALIVE,
          FieldName.PROXY_CONNECTION,
          FieldName.PROXY_AUTHORIZATION,
          FieldName.PROXY_AUTHENTICATE,
          FieldName.PROXY_AUTHENTICATION_INFO,
          FieldName.TE,
          FieldName.TRANSFER_ENCODING,
          FieldName.CONTENT_LENGTH,
          FieldName.UPGRADE,
          FieldName.HTTP2_SETTINGS);

  private static final byte[] VERSION = FieldWriter.bytes("HTTP/1.1");
  private static final byte[] PARTIAL = FieldWriter.bytes("HTTP/1.1 206 Partial Content\r\n");
  private static final byte[] SPACE = FieldWriter.bytes(" ");
  private static final byte[] CRLF = FieldWriter.bytes("\r\n");
  private static final byte[] CLOSE = FieldWriter.bytes("Connection: close\r\n");
  private static final byte[] SWITCH =
      FieldWriter.bytes("Connection: Upgrade\r\nUpgrade: websocket\r\n");

  private final ViaLines via;

  /**
   * @param pseudonym our name in Via, a token
   */
  public ResponseWriter(String pseudonym) {
    this.via = new ViaLines(pseudonym);
  }

  /**
   * Appends the head with its empty line.
   *
   * @param framing how the body will be written: {@link ResponseHead#framingFor}; the same goes to
   *     {@link BodyWriter}
   */
  public void write(ResponseHead head, BodyFraming framing, Afterwards afterwards, ByteBuf out) {
    Fields fields = head.fields();
    out.ensureWritable(fields.bytes().length + 256);
    out.writeBytes(VERSION);
    out.writeBytes(fields.bytes(), VERSION.length, ResponseHead.STATUS_END - VERSION.length);
    // The space after the status is not optional (RFC 9112 §4), the reason is.
    out.writeBytes(SPACE);
    out.writeBytes(fields.bytes(), head.reasonStart(), head.reasonEnd() - head.reasonStart());
    out.writeBytes(CRLF);
    boolean chunked = framing instanceof BodyFraming.Chunked;
    FieldWriter.write(fields, chunked ? DROPPED : DROPPED | FieldName.set(FieldName.TRAILER), out);
    out.writeBytes(via.line(head.minorVersion()));
    Framer.write(framing, lengthWithoutBody(head), out);
    switch (afterwards) {
      case KEEP -> {}
      case CLOSE -> out.writeBytes(CLOSE);
      case SWITCH -> out.writeBytes(SWITCH);
    }
    out.writeBytes(CRLF);
  }

  /**
   * Appends the head of a 206 with one part of the body that the response has (RFC 9110 §15.3.7.1).
   *
   * @param first the part's first byte, {@code last} its last
   * @param total bytes of the whole
   */
  public void writePart(
      ResponseHead head, long first, long last, long total, Afterwards afterwards, ByteBuf out) {
    out.writeBytes(PARTIAL);
    FieldWriter.write(
        head.fields(), DROPPED | FieldName.set(FieldName.TRAILER, FieldName.CONTENT_RANGE), out);
    out.writeBytes(via.line(head.minorVersion()));
    out.writeBytes(
        FieldWriter.bytes("Content-Range: bytes " + first + "-" + last + "/" + total + "\r\n"));
    Framer.write(new BodyFraming.Length(last - first + 1), -1, out);
    if (afterwards == Afterwards.CLOSE) {
      out.writeBytes(CLOSE);
    }
    out.writeBytes(CRLF);
  }

  /**
   * Of HEAD and 304 it says what a body would have measured; 1xx and 204 must not have it (RFC 9110
   * §8.6).
   */
  private static long lengthWithoutBody(ResponseHead head) {
    return head.status() < 200 || head.status() == 204 ? -1 : head.contentLength();
  }
}
