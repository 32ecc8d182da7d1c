package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.http1.Bad;
import dev.sekisho.data.http1.BodyPart;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.HeadLimits;
import dev.sekisho.data.http1.NeedMore;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.http1.ResponseParser;
import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an origin. It serves one exchange at a time, its {@link User}, and
 * rests in the pool in between. Whatever goes wrong on it is told to the user once, and the
 * connection is closed.
 */
public final class OriginConnection extends ChannelInboundHandlerAdapter {
  /** The exchange that has the connection now. All calls come on the connection's event loop. */
  public interface User {
    /** A 1xx response other than 101; the final one is still to come. */
    void interim(ResponseHead head);

    /**
     * The final response's head. The body waits until {@link OriginConnection#startBody} is called.
     */
    void head(ResponseHead head);

    /** A piece of the body; ownership passes. */
    void data(ByteBuf piece);

    /** The response is over, and the connection has no user any more. */
    void end(Fields trailers, Reuse reuse);

    /** What was read so far has been handed over: a good moment to flush. */
    void readComplete();

    /** Something of ours threw while the connection was served; it is closed. */
    void defective(Throwable cause);

    /** More of the request may be written. */
    void writable();

    /** The connection broke, or broke the rules; it has no user any more and is closed. */
    void lost(Failure.Kind kind, String detail, Received received);
  }

  /** Whether the connection can serve another exchange, as far as its own bytes tell. */
  public enum Reuse {
    POSSIBLE,
    IMPOSSIBLE
  }

  /** How much of a response had come when the connection broke. */
  public enum Received {
    NOTHING,
    SOMETHING
  }

  /** Comes through the pipeline, so that what goes wrong then is told like everything else. */
  private enum Continue {
    DECODING
  }

  private enum State {
    IDLE,
    AWAITING_HEAD,
    HEAD_GIVEN,
    BODY,
    CLOSED
  }

  private final Channel channel;
  private final IpAddress address;
  private final ResponseParser parser;
  private String method = "";

  private State state = State.IDLE;
  private ByteBuf held = Unpooled.EMPTY_BUFFER;
  private @Nullable User user;
  private @Nullable User latest;
  private @Nullable ResponseHead head;
  private @Nullable ResponseBody body;

  /** How the input ended, where that came before all was looked at that had been read. */
  private @Nullable InputEnd endedBehind;

  private Received received = Received.NOTHING;
  private Binding binding = Binding.SHARED;
  private OriginTls.Secured.@Nullable Done security;
  private int uses;
  private long idleSinceNanos;

  /** Takes over a freshly connected channel. */
  public OriginConnection(Channel channel, IpAddress address, HeadLimits limits) {
    this.channel = channel;
    this.address = address;
    this.parser = new ResponseParser(limits);
    EarlyBytes early = channel.pipeline().get(EarlyBytes.class);
    if (early != null) {
      // Before it is asked, an HTTP origin has nothing to say.
      channel.pipeline().remove(early);
    }
    channel.pipeline().addLast(this);
    channel.config().setAutoRead(true);
  }

  /** What TLS it has; null for none. */
  public OriginTls.Secured.@Nullable Done security() {
    return security;
  }

  /** It is over TLS. */
  public OriginConnection securedBy(OriginTls.Secured.Done done) {
    security = done;
    return this;
  }

  public IpAddress address() {
    return address;
  }

  /** How many exchanges it has served before the present one. */
  public int usesBefore() {
    return uses - 1;
  }

  public boolean idle() {
    return state == State.IDLE && channel.isActive();
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  void restSince(long nowNanos) {
    idleSinceNanos = nowNanos;
  }

  /** Begins to serve an exchange whose request has this method. */
  public void use(User user, String method) {
    if (state != State.IDLE) {
      throw new IllegalStateException("the connection is in use: " + state);
    }
    this.user = user;
    this.latest = user;
    this.method = method;
    received = Received.NOTHING;
    state = State.AWAITING_HEAD;
    uses++;
  }

  /** Writes a part of the request; ownership passes. Nothing leaves before {@link #flush}. */
  public void write(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
  }

  public void flush() {
    channel.flush();
  }

  public boolean writable() {
    return channel.isWritable();
  }

  /** The user is ready for the body of the response whose head it was given. */
  public void startBody(ResponseHead response) {
    body = new ResponseBody(response);
    state = State.BODY;
  }

  /** A buffer to write into. */
  public ByteBuf buffer() {
    return channel.alloc().buffer();
  }

  /** A buffer with room for this many bytes. */
  public ByteBuf buffer(int bytes) {
    return channel.alloc().buffer(bytes);
  }

  /** An origin authenticated this connection for one client: it must serve no other. */
  public void bind() {
    binding = Binding.BOUND;
  }

  public Binding binding() {
    return binding;
  }

  /** Who may use the connection. */
  public enum Binding {
    SHARED,
    BOUND
  }

  /** Stops reading while the client cannot take more. */
  public void pause() {
    if (body != null) {
      body.pause();
    }
    if (channel.isActive()) {
      channel.config().setAutoRead(false);
    }
  }

  public void resume() {
    if (body != null) {
      body.resume();
    }
    if (body != null && body.stopped()) {
      continueLater(body);
    } else if (channel.isActive()) {
      channel.config().setAutoRead(true);
    }
  }

  /** Nothing more is read while something that was read waits. */
  private void continueLater(ResponseBody stopped) {
    if (channel.isActive()) {
      channel.config().setAutoRead(false);
    }
    if (stopped.continues()) {
      channel
          .eventLoop()
          .execute(() -> channel.pipeline().fireUserEventTriggered(Continue.DECODING));
    }
  }

  private void continueNow() {
    if (body != null && body.stopped()) {
      decode();
      if (user != null) {
        user.readComplete();
      }
    }
    if (body == null || body.stopped()) {
      return;
    }
    if (endedBehind != null) {
      inputEnded(endedBehind);
    } else if (!body.paused() && channel.isActive()) {
      channel.config().setAutoRead(true);
    }
  }

  /** Gives the bare channel away, with what was read beyond the head; the connection is no more. */
  public Detached detach() {
    state = State.CLOSED;
    user = null;
    ByteBuf rest = held;
    held = Unpooled.EMPTY_BUFFER;
    channel.config().setAutoRead(false);
    // What TLS has decrypted already still comes; whoever takes the channel over gets it.
    channel.pipeline().replace(this, "early", new EarlyBytes());
    return new Detached(channel, rest);
  }

  /**
   * @param early bytes that were read and not used; ownership passes
   */
  public record Detached(Channel channel, ByteBuf early) {}

  /** Closes it without telling anyone. */
  public void close() {
    user = null;
    state = State.CLOSED;
    releaseHeld();
    dropBody();
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    switch (state) {
      case AWAITING_HEAD, HEAD_GIVEN, BODY -> {
        received = Received.SOMETHING;
        held =
            held.isReadable()
                ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes)
                : replaced(bytes);
        decode();
      }
      case IDLE -> {
        // Bytes that nobody asked for: the origin is out of step, and what it says next could be
        // taken for another's answer.
        bytes.release();
        close();
      }
      case CLOSED -> bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (user != null) {
      user.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (user != null && channel.isWritable()) {
      user.writable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
      inputEnded(InputEnd.MEANT);
    } else if (event instanceof ChannelInputShutdownEvent) {
      inputEnded(InputEnd.ofSocket(channel));
    } else if (event == Continue.DECODING) {
      continueNow();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    inputEnded(InputEnd.ofSocket(channel));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof TlsBroken broken) {
      lose(broken.kind(), broken.detail());
      return;
    }
    if (cause instanceof IOException) {
      lose(
          Failure.Kind.CONNECTION_LOST,
          "The connection to the origin broke: " + cause.getMessage() + ".");
      return;
    }
    // Ours, and not the origin's. The user may have been let go just before it threw.
    User served = latest;
    close();
    if (served != null) {
      served.defective(cause);
    }
  }

  /** More of the response can be decoded, as after {@link #startBody}. */
  public void decode() {
    if (body != null) {
      body.beginTurn();
    }
    while (decodedOne()) {
      // Each turn hands one thing over; any of them may end the use of the connection.
    }
    if (!held.isReadable()) {
      releaseHeld();
    }
  }

  private boolean decodedOne() {
    return switch (state) {
      case AWAITING_HEAD -> held.isReadable() && decodedHead();
      case BODY -> decodedBody();
      case IDLE, HEAD_GIVEN, CLOSED -> false;
    };
  }

  private boolean decodedHead() {
    User now = present();
    return switch (parser.parse(held, method)) {
      case NeedMore _ -> false;
      case Bad(Failure failure) -> {
        lose(failure.kind(), failure.detail());
        yield false;
      }
      case ResponseHead parsed when parsed.interim() -> {
        now.interim(parsed);
        yield true;
      }
      case ResponseHead parsed -> {
        head = parsed;
        state = State.HEAD_GIVEN;
        now.head(parsed);
        yield true;
      }
    };
  }

  private boolean decodedBody() {
    ResponseBody now = Objects.requireNonNull(body);
    return switch (now.next(held, channel.alloc())) {
      case ResponseBody.Part.Decoded(ByteBuf content) -> {
        present().data(content);
        yield true;
      }
      case ResponseBody.Part.TurnOver _ -> {
        continueLater(now);
        yield false;
      }
      case ResponseBody.Part.Read(NeedMore _), ResponseBody.Part.Paused _ -> false;
      case ResponseBody.Part.Read(BodyPart.Content(int bytes)) -> {
        present().data(bytes == held.readableBytes() ? takeAll() : held.readRetainedSlice(bytes));
        yield true;
      }
      case ResponseBody.Part.Read(BodyPart.End(Fields trailers)) -> {
        ended(trailers);
        yield false;
      }
      case ResponseBody.Part.Read(Bad(Failure failure)) -> {
        lose(failure.kind(), failure.detail());
        yield false;
      }
    };
  }

  private ByteBuf takeAll() {
    ByteBuf all = held;
    held = Unpooled.EMPTY_BUFFER;
    return all;
  }

  private void ended(Fields trailers) {
    User last = present();
    user = null;
    state = State.IDLE;
    dropBody();
    boolean inStep = !held.isReadable() && channel.isActive() && head != null && head.keepAlive();
    releaseHeld();
    last.end(trailers, inStep ? Reuse.POSSIBLE : Reuse.IMPOSSIBLE);
  }

  private void inputEnded(InputEnd end) {
    if (body != null && body.stopped()) {
      endedBehind = end;
      return;
    }
    if (state == State.BODY
        && body != null
        && body.atClose() instanceof BodyPart.End(Fields trailers)) {
      if (end == InputEnd.CUT) {
        lose(
            Failure.Kind.RESPONSE_INCOMPLETE,
            "The TLS connection was cut (no close_notify) in a body that ends with it, so that"
                + " nobody knows whether it was whole.");
        return;
      }
      ended(trailers);
      close();
      return;
    }
    lose(
        Failure.Kind.CONNECTION_LOST,
        "The origin closed its connection before the response was complete.");
  }

  private void lose(Failure.Kind kind, String detail) {
    User last = user;
    Received so = received;
    close();
    if (last != null) {
      last.lost(kind, detail, so);
    }
  }

  private User present() {
    if (user == null) {
      throw new IllegalStateException("no user in state " + state);
    }
    return user;
  }

  private ByteBuf replaced(ByteBuf bytes) {
    held.release();
    return bytes;
  }

  private void dropBody() {
    if (body != null) {
      body.close();
      body = null;
    }
  }

  private void releaseHeld() {
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }
}
