package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/**
 * Rebuilds the head of a client's request for its origin: origin-form target, Host by the target
 * and in the first place, nothing that was meant for us, the framing we read, and our name in Via.
 * Immutable; one for all connections.
 */
public final class RequestWriter {
  /** What the request asks of the connection. */
  public enum Passage {
    /** Upgrades are not passed on. */
    ORDINARY,
    /** The WebSocket handshake is passed on. */
    WEBSOCKET
  }

  private static final long DROPPED =
      FieldName.set(
          FieldName.HOST,
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

  private static final byte[] SLASH = FieldWriter.bytes("/");
  private static final byte[] ASTERISK = FieldWriter.bytes("*");
  private static final byte[] VERSION_AND_HOST = FieldWriter.bytes(" HTTP/1.1\r\nHost: ");
  private static final byte[] CRLF = FieldWriter.bytes("\r\n");
  private static final byte[] TRAILERS = FieldWriter.bytes("Connection: TE\r\nTE: trailers\r\n");
  private static final byte[] UPGRADE =
      FieldWriter.bytes("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  private static final byte[] MAX_FORWARDS = FieldWriter.bytes("Max-Forwards: ");

  private final ViaLines via;

  /**
   * @param pseudonym our name in Via, a token
   */
  public RequestWriter(String pseudonym) {
    this.via = new ViaLines(pseudonym);
  }

  /**
   * Appends the head with its empty line. The body, if there is one, follows in the framing the
   * request had.
   *
   * @throws IllegalArgumentException for CONNECT, which is answered and never forwarded
   */
  public void write(RequestHead head, Passage passage, ByteBuf out) {
    write(head, passage, Answer.ANY, out);
  }

  /** In which codings the answer may come. */
  public enum Answer {
    ANY,
    /** Whole, and in those alone that the scanner can read. */
    READABLE,
    /** Likewise, but it may be a part. */
    READABLE_PART
  }

  /**
   * As {@link #write(RequestHead, Passage, ByteBuf)}.
   *
   * @param answer what is left of the codings that the client accepts
   */
  public void write(RequestHead head, Passage passage, Answer answer, ByteBuf out) {
    if (head.target() instanceof Target.AuthorityForm) {
      throw new IllegalArgumentException("CONNECT is not forwarded to an origin");
    }
    RequestLine line = head.line();
    byte[] bytes = head.fields().bytes();
    out.ensureWritable(bytes.length + 256);
    out.writeBytes(bytes, 0, line.targetStart());
    switch (head.emptyPath()) {
      case GIVEN -> {}
      case SLASH -> out.writeBytes(SLASH);
      case ASTERISK -> out.writeBytes(ASTERISK);
    }
    out.writeBytes(bytes, line.pathStart(), line.targetEnd() - line.pathStart());
    out.writeBytes(VERSION_AND_HOST);
    out.writeBytes(head.hostForOrigin());
    out.writeBytes(CRLF);
    writeFields(head, passage, answer, out);
    out.writeBytes(via.line(line.minorVersion()));
    Framer.write(head.framing(), head.fields().has(FieldName.CONTENT_LENGTH) ? 0 : -1, out);
    out.writeBytes(CRLF);
  }

  private static void writeFields(RequestHead head, Passage passage, Answer answer, ByteBuf out) {
    Fields fields = head.fields();
    long dropped = DROPPED;
    if (!(head.framing() instanceof BodyFraming.Chunked)) {
      dropped |= FieldName.set(FieldName.TRAILER);
    }
    int maxForwards = head.maxForwards();
    if (maxForwards > 0) {
      dropped |= FieldName.set(FieldName.MAX_FORWARDS);
    }
    if (answer == Answer.READABLE) {
      // A part of a body tells a scanner nothing about the whole.
      dropped |= FieldName.set(FieldName.RANGE);
    }
    boolean narrowed = answer != Answer.ANY && fields.has(FieldName.ACCEPT_ENCODING);
    if (narrowed) {
      dropped |= FieldName.set(FieldName.ACCEPT_ENCODING);
    }
    FieldWriter.write(fields, dropped, out);
    if (narrowed) {
      AcceptEncoding.writeReadable(fields, out);
    }
    if (maxForwards > 0) {
      out.writeBytes(MAX_FORWARDS);
      FieldWriter.writeNumber(maxForwards - 1, out);
      out.writeBytes(CRLF);
    }
    switch (passage) {
      case WEBSOCKET -> out.writeBytes(UPGRADE);
      case ORDINARY -> {
        if (fields.hasToken(FieldName.TE, "trailers")) {
          out.writeBytes(TRAILERS);
        }
      }
    }
  }
}
