package dev.sekisho.data.http1;

import dev.sekisho.data.http1.Refusal.Reason;
import io.netty.buffer.ByteBuf;

/**
 * Request heads out of the bytes of one client connection, one after the other. After a {@link Bad}
 * the connection is out of step and the parser must not be asked again. Not thread-safe.
 *
 * <p>One empty line before the request line is passed over (RFC 9112 §2.2), as old clients send one
 * after a body; no more than one.
 */
public final class RequestParser {
  private final int defaultPort;
  private final HeadScanner scanner;
  private final RequestLineParser lines = new RequestLineParser();
  private Start start = Start.NOTHING;
  private boolean lineChecked;

  private enum Start {
    NOTHING,
    EMPTY_LINE,
    BEGUN
  }

  /**
   * @param defaultPort the port an origin-form request means when its Host field names none: 80, or
   *     443 inside TLS
   */
  public RequestParser(HeadLimits limits, int defaultPort) {
    this.defaultPort = defaultPort;
    this.scanner = HeadScanner.ofHead(limits);
  }

  /**
   * The next head. Its bytes are read out of the buffer when it is whole; until then they must stay
   * there, and more be added behind them. Whatever is left after a head is the body, or the next
   * request.
   */
  public ParsedRequest parse(ByteBuf in) {
    try {
      return begin(in) ? head(in) : NeedMore.NEED_MORE;
    } catch (Refusal refusal) {
      return Sender.CLIENT.badHead(refusal);
    }
  }

  /**
   * Looks at the first byte before anything is waited for: what speaks another protocol is told at
   * once.
   */
  private boolean begin(ByteBuf in) throws Refusal {
    if (start == Start.BEGUN) {
      return true;
    }
    if (!in.isReadable()) {
      return false;
    }
    byte first = in.getByte(in.readerIndex());
    if (first == Grammar.CR && start == Start.NOTHING) {
      if (in.readableBytes() < 2) {
        return false;
      }
      if (in.getByte(in.readerIndex() + 1) != Grammar.LF) {
        throw new Refusal("a carriage return without a line feed");
      }
      in.skipBytes(2);
      start = Start.EMPTY_LINE;
      return begin(in);
    }
    if (!Grammar.token(first)) {
      throw new Refusal("bytes that are no HTTP request");
    }
    start = Start.BEGUN;
    return true;
  }

  private ParsedRequest head(ByteBuf in) throws Refusal {
    int length;
    try {
      length = scanner.scan(in);
    } catch (Refusal refusal) {
      checkLine(in);
      throw refusal;
    }
    if (length < 0) {
      checkLine(in);
      return NeedMore.NEED_MORE;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    RequestLine line = lines.parse(bytes);
    Fields fields = FieldParser.parse(bytes, scanner.firstLineEnd(), scanner.lines() - 1);
    RequestHead head = whole(line, fields);
    scanner.reset();
    start = Start.NOTHING;
    lineChecked = false;
    return head;
  }

  /** A wrong request line is refused as soon as it is there, however much is still to come. */
  private void checkLine(ByteBuf in) throws Refusal {
    if (!lineChecked && scanner.firstLineEnd() > 0) {
      byte[] bytes = new byte[scanner.firstLineEnd()];
      in.getBytes(in.readerIndex(), bytes);
      lines.parse(bytes);
      lineChecked = true;
    }
  }

  private RequestHead whole(RequestLine line, Fields fields) throws Refusal {
    HostField host = HostField.check(line, fields, defaultPort);
    BodyFraming framing = Framing.ofRequest(line.method(), line.minorVersion(), fields);
    if (fields.has(FieldName.CONNECTION)) {
      ConnectionOptions.apply(fields, Sender.CLIENT);
    }
    if (fields.has(FieldName.EXPECT) && line.minorVersion() == 1) {
      checkExpectation(fields);
    }
    return new RequestHead(line, fields, host, framing);
  }

  private static void checkExpectation(Fields fields) throws Refusal {
    for (int i = fields.indexOf(FieldName.EXPECT); i >= 0; i = fields.next(i, FieldName.EXPECT)) {
      if (!fields.valueIs(i, "100-continue")) {
        throw new Refusal(Reason.EXPECTATION, "an expectation other than 100-continue");
      }
    }
  }
}
