package dev.sekisho.data.http1;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response that kept all the rules: status line and header fields. Immutable; holds
 * no buffer.
 */
public final class ResponseHead implements ParsedResponse {
  /** {@code HTTP/1.1 200}: the reason phrase follows after one more space, or nothing does. */
  static final int STATUS_END = 12;

  private final int status;
  private final int minorVersion;
  private final int lineEnd;
  private final Fields fields;
  private final BodyFraming framing;

  /**
   * @param lineEnd where the CRLF of the status line is
   */
  ResponseHead(int status, int minorVersion, int lineEnd, Fields fields, BodyFraming framing) {
    this.status = status;
    this.minorVersion = minorVersion;
    this.lineEnd = lineEnd;
    this.fields = fields;
    this.framing = framing;
  }

  /** 100 to 999. */
  public int status() {
    return status;
  }

  /** 1xx but 101: another response to the same request follows. */
  public boolean interim() {
    return status < 200 && status != 101;
  }

  /** The origin took up the WebSocket handshake: what follows the head is no HTTP any more. */
  public boolean switchesToWebSocket() {
    return status == 101
        && fields.hasToken(FieldName.CONNECTION, "upgrade")
        && fields.hasToken(FieldName.UPGRADE, "websocket");
  }

  /** As written, possibly empty. */
  public String reason() {
    return new String(
        fields.bytes(), reasonStart(), lineEnd - reasonStart(), StandardCharsets.ISO_8859_1);
  }

  /** 0 or 1, of HTTP/1. */
  public int minorVersion() {
    return minorVersion;
  }

  public Fields fields() {
    return fields;
  }

  /** Where the body ends, given the method that was asked with. */
  public BodyFraming framing() {
    return framing;
  }

  /**
   * What has to be undone under the chunks of the body. The client never sees it: its framing says
   * nothing of it.
   */
  public Optional<TransferCoding> transferCoding() {
    int i = fields.indexOf(FieldName.TRANSFER_ENCODING);
    if (i < 0 || !(framing instanceof BodyFraming.Chunked) || fields.valueIs(i, "chunked")) {
      return Optional.empty();
    }
    try {
      return TransferCoding.underChunks(fields.value(i));
    } catch (Refusal refusal) {
      throw new IllegalStateException("checked when the head was read", refusal);
    }
  }

  /**
   * How the body is framed towards a client of the given version: HTTP/1.1 clients get chunks where
   * the origin gave no length, HTTP/1.0 clients a closed connection.
   *
   * @param clientMinorVersion 0 or 1
   */
  public BodyFraming framingFor(int clientMinorVersion) {
    return switch (framing) {
      case BodyFraming.None none -> none;
      case BodyFraming.Length length -> length;
      case BodyFraming.Chunked _, BodyFraming.UntilClose _ ->
          clientMinorVersion == 0 ? BodyFraming.UNTIL_CLOSE : BodyFraming.CHUNKED;
    };
  }

  /** Whether the origin's connection can carry another request after this response. */
  public boolean keepAlive() {
    if (framing instanceof BodyFraming.UntilClose
        || fields.hasToken(FieldName.CONNECTION, "close")) {
      return false;
    }
    return minorVersion == 1 || fields.hasToken(FieldName.CONNECTION, "keep-alive");
  }

  /**
   * The codings of the body in the order in which they were applied, or null where there are none.
   */
  public @Nullable String contentEncoding() {
    return fields.joined(FieldName.CONTENT_ENCODING);
  }

  public @Nullable String contentType() {
    return fields.first(FieldName.CONTENT_TYPE);
  }

  /** What Content-Length says, or -1; with HEAD and 304 it says what a body would have measured. */
  public long contentLength() {
    try {
      return Framing.contentLength(fields);
    } catch (Refusal _) {
      // Only the answer to a successful CONNECT comes this far unchecked: its length counts for
      // nothing (RFC 9110 §9.3.6).
      return -1;
    }
  }

  /**
   * The origin wants the connection itself authenticated (NTLM, Negotiate): it must not be shared
   * between clients.
   */
  public boolean authenticatesConnection() {
    return fields.hasConnectionBoundScheme(FieldName.WWW_AUTHENTICATE);
  }

  int reasonStart() {
    return Math.min(STATUS_END + 1, lineEnd);
  }

  int reasonEnd() {
    return lineEnd;
  }
}
