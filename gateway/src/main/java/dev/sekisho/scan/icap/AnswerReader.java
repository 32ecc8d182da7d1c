package dev.sekisho.scan.icap;

import dev.sekisho.scan.icap.IcapOptions.Allowed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the answer to one request, strictly (RFC 3507 sections 4.3 to 4.9): whatever is not an
 * answer that this request allows is a fault of the server's.
 */
final class AnswerReader implements Listener {
  private static final Pattern STATUS = Pattern.compile("ICAP/1\\.0 ([1-5][0-9]{2})(?: .*)?");
  private static final Pattern HTTP_STATUS = Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2}(?: .*)?");
  private static final Pattern HTTP_REQUEST = Pattern.compile("[!-~]+ [!-~]+ HTTP/1\\.[01]");

  private static final int CONTINUE = 100;
  private static final int OK = 200;
  private static final int UNMODIFIED = 204;
  private static final int PARTIAL = 206;

  private final IcapMethod method;
  private final Set<Allowed> allowed;
  private final Content body;
  private final long limit;

  /**
   * @param allowed what the request allows
   * @param limit bytes of another body that are kept
   */
  AnswerReader(IcapMethod method, Set<Allowed> allowed, Content body, long limit) {
    this.method = method;
    this.allowed = allowed;
    this.body = body;
    this.limit = limit;
  }

  /** Of ICAP's own head. */
  static int status(Head head) throws IcapFault {
    Matcher found = STATUS.matcher(head.line());
    if (!found.matches()) {
      throw IcapFault.down("it does not answer in ICAP/1.0");
    }
    return Integer.parseInt(found.group(1));
  }

  @Override
  public Answered listen(IcapInput in, Sending sending) throws IOException {
    Head head = in.head();
    boolean continued = status(head) == CONTINUE;
    if (continued) {
      if (sending.progress() != Sending.Progress.PREVIEW) {
        throw IcapFault.down("it says 100 Continue where there is nothing to continue");
      }
      sending.goOn();
      head = in.head();
    }
    int status = status(head);
    IcapAnswer answer =
        switch (status) {
          case UNMODIFIED -> unmodified(head, sending, continued);
          case OK, PARTIAL -> modified(in, head, status, sending);
          default -> throw IcapFault.down("it answered '" + head.line() + "'");
        };
    boolean left =
        answer instanceof IcapAnswer.Modified modified
            && modified.body() instanceof AnsweredBody.TooLong;
    return Answered.of(head, Optional.of(answer), left);
  }

  private IcapAnswer unmodified(Head head, Sending sending, boolean continued) throws IcapFault {
    if (!head.all("Encapsulated").isEmpty()) {
      Encapsulated nothing = Encapsulated.parse(head);
      if (nothing.head().isPresent() || nothing.body() != Encapsulated.Body.NONE) {
        throw IcapFault.down("its 204 has a message in it");
      }
    }
    if (!sending.isOver()) {
      throw IcapFault.down("it called the body unmodified before it had all of it");
    }
    if (!allowed.contains(Allowed.UNMODIFIED_204) && (continued || !sending.previews())) {
      throw IcapFault.down("it answered 204, which was not allowed here");
    }
    return new IcapAnswer.Unmodified(head.fields());
  }

  private IcapAnswer modified(IcapInput in, Head head, int status, Sending sending)
      throws IOException {
    if (sending.progress() == Sending.Progress.BEGUN) {
      throw IcapFault.down("it answered before it had what it asked for of the body");
    }
    if (status == PARTIAL && !allowed.contains(Allowed.PARTIAL_206)) {
      throw IcapFault.down("it answered 206, which was not allowed");
    }
    Encapsulated inside = Encapsulated.parse(head);
    IcapAnswer.Kind kind =
        inside.head().orElseThrow(() -> IcapFault.down("it answers with a body that has no head"));
    if (kind == IcapAnswer.Kind.REQUEST && method == IcapMethod.RESPMOD) {
      throw IcapFault.down("it answers to a response with a request");
    }
    Head message = message(in, inside.headLength(), kind);
    AnsweredBody answered = body(in, inside.body(), status);
    IcapAnswer.Seen seen = sending.isOver() ? IcapAnswer.Seen.ENOUGH : IcapAnswer.Seen.PART;
    return new IcapAnswer.Modified(head.fields(), kind, message, answered, seen);
  }

  private AnsweredBody body(IcapInput in, Encapsulated.Body kind, int status) throws IOException {
    return switch (kind) {
      case NONE, OPTIONS -> Rebuilt.none(body);
      case REQUEST, RESPONSE -> {
        ChunkedInput chunks = new ChunkedInput(in);
        AnsweredBody answered = Rebuilt.read(chunks, body, limit);
        if (status != PARTIAL && chunks.original().isPresent()) {
          throw IcapFault.down("it wants the original body in an answer that is not 206");
        }
        yield answered;
      }
    };
  }

  private static Head message(IcapInput in, int length, IcapAnswer.Kind kind) throws IOException {
    byte[] bytes = new byte[length];
    for (int filled = 0; filled < length; ) {
      int count = in.read(bytes, filled, length - filled);
      if (count < 0) {
        throw IcapFault.down("it closed the connection in the middle of its answer");
      }
      filled += count;
    }
    IcapInput inside = new IcapInput(new ByteArrayInputStream(bytes));
    Head head;
    try {
      head = inside.head();
    } catch (IcapFault e) {
      throw IcapFault.down("the message in its answer is none, or not as long as it says");
    }
    if (inside.read() >= 0) {
      throw IcapFault.down("the head in its answer is not as long as it says");
    }
    Pattern line =
        switch (kind) {
          case REQUEST -> HTTP_REQUEST;
          case RESPONSE -> HTTP_STATUS;
        };
    if (!line.matcher(head.line()).matches()) {
      throw IcapFault.down("the message in its answer is not HTTP/1");
    }
    return head;
  }
}
