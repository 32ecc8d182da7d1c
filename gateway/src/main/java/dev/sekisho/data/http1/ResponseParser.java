package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;

/**
 * Response heads out of the bytes of one origin connection, one after the other. After a {@link
 * Bad} the connection is out of step and the parser must not be asked again. Not thread-safe.
 */
public final class ResponseParser {
  private final HeadScanner scanner;
  private boolean begun;

  public ResponseParser(HeadLimits limits) {
    this.scanner = HeadScanner.ofHead(limits);
  }

  /**
   * The next head. Its bytes are read out of the buffer when it is whole; until then they must stay
   * there, and more be added behind them. Interim responses (1xx) come before the final one; the
   * caller asks again.
   *
   * @param requestMethod the method of the request that is being answered; it decides whether a
   *     body follows
   */
  public ParsedResponse parse(ByteBuf in, String requestMethod) {
    try {
      return head(in, requestMethod);
    } catch (Refusal refusal) {
      return Sender.ORIGIN.badHead(refusal);
    }
  }

  private ParsedResponse head(ByteBuf in, String requestMethod) throws Refusal {
    if (!begun) {
      if (!in.isReadable()) {
        return NeedMore.NEED_MORE;
      }
      if (in.getByte(in.readerIndex()) != 'H') {
        throw new Refusal("bytes that are no HTTP response");
      }
      begun = true;
    }
    int length = scanner.scan(in);
    if (length < 0) {
      return NeedMore.NEED_MORE;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    ResponseHead head = whole(bytes, requestMethod);
    scanner.reset();
    begun = false;
    return head;
  }

  private ResponseHead whole(byte[] bytes, String requestMethod) throws Refusal {
    int lineEnd = scanner.firstLineEnd() - 2;
    int minorVersion = minorVersion(bytes, lineEnd);
    int status = status(bytes, lineEnd);
    Fields fields = FieldParser.parse(bytes, scanner.firstLineEnd(), scanner.lines() - 1);
    BodyFraming framing = Framing.ofResponse(requestMethod, status, minorVersion, fields);
    if (fields.has(FieldName.CONNECTION)) {
      ConnectionOptions.apply(fields, Sender.ORIGIN);
    }
    return new ResponseHead(status, minorVersion, lineEnd, fields, framing);
  }

  private static int minorVersion(byte[] bytes, int lineEnd) throws Refusal {
    boolean shaped =
        lineEnd >= ResponseHead.STATUS_END
            && bytes[1] == 'T'
            && bytes[2] == 'T'
            && bytes[3] == 'P'
            && bytes[4] == '/'
            && bytes[5] == '1'
            && bytes[6] == '.'
            && (bytes[7] == '0' || bytes[7] == '1')
            && bytes[8] == ' ';
    if (!shaped) {
      throw new Refusal(
          "a status line that does not begin with HTTP/1.1 or HTTP/1.0 and one space");
    }
    return bytes[7] - '0';
  }

  /**
   * Three digits, then a space and the reason; or, as some origins leave out even the space,
   * nothing (RFC 9112 §4).
   */
  private static int status(byte[] bytes, int lineEnd) throws Refusal {
    boolean digits =
        bytes[9] >= '1'
            && Grammar.digit(bytes[9])
            && Grammar.digit(bytes[10])
            && Grammar.digit(bytes[11]);
    if (!digits || (lineEnd > ResponseHead.STATUS_END && bytes[ResponseHead.STATUS_END] != ' ')) {
      throw new Refusal("a status that is not three digits");
    }
    if (Grammar.endOfText(bytes, ResponseHead.STATUS_END, lineEnd) != lineEnd) {
      throw new Refusal("a control character in the reason phrase");
    }
    return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
  }
}
