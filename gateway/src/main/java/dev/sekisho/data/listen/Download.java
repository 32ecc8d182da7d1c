package dev.sekisho.data.listen;

import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.BodyWriter;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.http1.ResponseWriter;
import dev.sekisho.scan.Replacement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The response on its way to the client: its head rebuilt, its body passed on as it arrives. Small
 * things are gathered in one buffer, so that a small response is one write.
 */
final class Download {
  private static final ByteBuf CONTINUE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("HTTP/1.1 100 Continue\r\n\r\n", StandardCharsets.US_ASCII)
              .asReadOnly());
  private static final int SMALL = 8 << 10;

  private final Channel client;
  private final RequestHead request;
  private final ResponseWriter responses;

  private Started started = Started.NOTHING;
  private Interims interims = Interims.ALL;
  private ResponseWriter.Afterwards afterwards = ResponseWriter.Afterwards.CLOSE;
  private @Nullable ResponseHead response;
  private @Nullable BodyWriter body;
  private @Nullable ByteBuf gathered;
  private long bytes;

  /** Whether the client may have seen a byte of the final response. */
  private enum Started {
    NOTHING,
    WRITTEN
  }

  /** Which 1xx responses of the origin are passed on. */
  private enum Interims {
    ALL,
    /** The client has its 100 already. */
    WITHOUT_CONTINUE
  }

  Download(Channel client, RequestHead request, ResponseWriter responses) {
    this.client = client;
    this.request = request;
    this.responses = responses;
  }

  /** The origin's final response. */
  void take(ResponseHead head) {
    response = head;
  }

  ResponseHead head() {
    if (response == null) {
      throw new IllegalStateException("no response yet");
    }
    return response;
  }

  /** Passes a 1xx on; HTTP/1.0 clients do not know them (RFC 9110 §15.2). */
  void interim(ResponseHead interim) {
    boolean said = interim.status() == 100 && interims == Interims.WITHOUT_CONTINUE;
    if (request.minorVersion() == 1 && !said) {
      ByteBuf out = client.alloc().buffer(256);
      responses.write(interim, BodyFraming.NONE, ResponseWriter.Afterwards.KEEP, out);
      client.writeAndFlush(out, client.voidPromise());
    }
  }

  /**
   * Tells a client that waits for it to send its body (RFC 9110 §15.2.1), in the origin's stead.
   */
  void continueSending() {
    interims = Interims.WITHOUT_CONTINUE;
    client.writeAndFlush(CONTINUE.duplicate(), client.voidPromise());
  }

  /** Begins to hand the response over. Nothing leaves before {@link #flush}. */
  void begin(Afterwards wanted) {
    ResponseHead head = head();
    BodyFraming framing = head.framingFor(request.minorVersion());
    boolean keep =
        wanted == Afterwards.KEEP
            && request.keepAlive()
            && !(framing instanceof BodyFraming.UntilClose);
    afterwards = keep ? ResponseWriter.Afterwards.KEEP : ResponseWriter.Afterwards.CLOSE;
    body = new BodyWriter(framing);
    ByteBuf out =
        client
            .alloc()
            .buffer(
                512
                    + (framing instanceof BodyFraming.Length length
                        ? (int) Math.min(SMALL, length.bytes())
                        : 0));
    gathered = out;
    responses.write(head, framing, afterwards, out);
  }

  /** Begins to hand a part over. Nothing leaves before {@link #flush}. */
  void begin(WantedPart.Bytes part, Afterwards wanted) {
    boolean keep = wanted == Afterwards.KEEP && request.keepAlive();
    afterwards = keep ? ResponseWriter.Afterwards.KEEP : ResponseWriter.Afterwards.CLOSE;
    body = new BodyWriter(new BodyFraming.Length(part.length()));
    ByteBuf out = client.alloc().buffer(512);
    gathered = out;
    responses.writePart(head(), part.first(), part.last(), part.total(), afterwards, out);
  }

  /** 416: the part begins behind the end. */
  void begin(WantedPart.Beyond part, Afterwards wanted) {
    boolean keep = wanted == Afterwards.KEEP && request.keepAlive();
    afterwards = keep ? ResponseWriter.Afterwards.KEEP : ResponseWriter.Afterwards.CLOSE;
    body = new BodyWriter(BodyFraming.NONE);
    gathered = Answer.beyond(part.total(), Afterwards.of(keep), client.alloc());
  }

  /** Begins a page of our own that grows, in the place of the response. */
  void beginPage(Afterwards wanted, String language) {
    boolean chunked = request.minorVersion() == 1;
    boolean keep = wanted == Afterwards.KEEP && request.keepAlive() && chunked;
    afterwards = keep ? ResponseWriter.Afterwards.KEEP : ResponseWriter.Afterwards.CLOSE;
    body = new BodyWriter(chunked ? BodyFraming.CHUNKED : BodyFraming.UNTIL_CLOSE);
    gathered = Answer.growingPage(language, chunked, Afterwards.of(keep), client.alloc());
  }

  /** Whether it was begun, though nothing may have left yet. */
  boolean open() {
    return body != null;
  }

  /** Something else in the place of the response; to be followed by {@link #end}. */
  void replace(Replacement by, Afterwards wanted) {
    boolean keep = wanted == Afterwards.KEEP && request.keepAlive();
    afterwards = keep ? ResponseWriter.Afterwards.KEEP : ResponseWriter.Afterwards.CLOSE;
    gathered = Answer.replacement(by, Afterwards.of(keep), client.alloc());
    if (by.body().length == 0) {
      body = new BodyWriter(BodyFraming.NONE);
    } else {
      body = new BodyWriter(new BodyFraming.Length(by.body().length));
      data(Unpooled.wrappedBuffer(by.body()));
    }
  }

  /** A piece of the body; ownership passes. */
  void data(ByteBuf piece) {
    BodyWriter writer = writer();
    int length = piece.readableBytes();
    bytes += length;
    ByteBuf out = gathering();
    if (length <= SMALL) {
      writer.copy(piece, length, out);
      piece.release();
      if (out.readableBytes() > SMALL) {
        writeGathered();
      }
      return;
    }
    writer.before(length, out);
    writeGathered();
    client.write(piece, client.voidPromise());
    writer.after(gathering());
  }

  /** The body is over. */
  void end(Fields trailers) {
    writer().end(trailers, gathering());
  }

  void flush() {
    writeGathered();
    client.flush();
  }

  private void writeGathered() {
    ByteBuf out = gathered;
    gathered = null;
    if (out == null) {
      return;
    }
    if (!out.isReadable()) {
      out.release();
      return;
    }
    started = Started.WRITTEN;
    client.write(out, client.voidPromise());
  }

  private ByteBuf gathering() {
    if (gathered == null) {
      gathered = client.alloc().buffer(256);
    }
    return gathered;
  }

  /** Lets go of what was gathered and not written. */
  void discard() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  /** Whether everything flushed has reached the kernel. */
  boolean allWritten() {
    ChannelOutboundBuffer waiting = client.unsafe().outboundBuffer();
    return waiting == null || waiting.isEmpty();
  }

  /**
   * Calls back when everything flushed so far has reached the kernel, or never, when the connection
   * breaks first.
   */
  void whenWritten(Runnable then) {
    client
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (written.isSuccess()) {
            then.run();
          }
        });
  }

  /** The client may have seen a part of the final response: nothing else can be said to it. */
  boolean begun() {
    return started == Started.WRITTEN;
  }

  /**
   * Only a reset tells the client that this is not the end: its framing would take a close for one.
   */
  boolean endsByClose() {
    return response != null
        && response.framingFor(request.minorVersion()) instanceof BodyFraming.UntilClose;
  }

  /** Whether the origin said how long the body is. */
  boolean endIsKnown() {
    return head().framing() instanceof BodyFraming.Length;
  }

  Afterwards afterwards() {
    return Afterwards.of(afterwards == ResponseWriter.Afterwards.KEEP);
  }

  /** Body bytes handed over, without framing. */
  long bytes() {
    return bytes;
  }

  /** The head of a 101, after which the connection is no longer ours to frame. */
  ByteBuf switching() {
    ByteBuf out = client.alloc().buffer(512);
    responses.write(head(), BodyFraming.NONE, ResponseWriter.Afterwards.SWITCH, out);
    started = Started.WRITTEN;
    return out;
  }

  private BodyWriter writer() {
    if (body == null) {
      throw new IllegalStateException("the response has not begun");
    }
    return body;
  }
}
