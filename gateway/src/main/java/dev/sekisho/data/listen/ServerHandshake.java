package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.inspect.PlainAlert;
import dev.sekisho.data.origin.Relocation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * A handshake with a client, done on a loop that is there for handshakes: it takes longer than
 * anything else that a loop does at a time, and on the connection's own loop the requests of others
 * would wait for it. The connection is taken there with what has come of it, and brought home with
 * what was decrypted. Meanwhile nobody behind hears of it.
 *
 * <p>Everything here happens on the loop that has the connection; only the end is told at home.
 */
final class ServerHandshake extends ChannelDuplexHandler {
  /** Our TLS inside of the CONNECT; the listener's own has another name. */
  static final String TLS = "inspect-tls";

  private static final String NAME = "inspect-handshake";
  private static final String ALERT = "inspect-alert";

  private final Channel channel;
  private final EventLoop home;
  private final EventLoop away;
  private final SslContext context;
  private final Waiting waiting;
  private final PlainAlert alert = new PlainAlert();

  private State state = State.LEAVING;
  private Input input = Input.OPEN;

  /** On the way there as it came, on the way back as it was decrypted. */
  private ByteBuf held;

  private enum State {
    LEAVING,
    SHAKING,
    RETURNING,
    OVER
  }

  private enum Input {
    OPEN,
    ENDED
  }

  /** Who waits for it, at home. One of these, once. */
  interface Waiting {
    /**
     * The connection is back. What came behind the handshake is read by whatever handler stands
     * behind when this returns.
     */
    void shaken();

    /** It came to nothing. The connection is still open where the client has not closed it. */
    void failed(Failure failure);

    void defective(Throwable cause);
  }

  private ServerHandshake(
      Channel channel, EventLoop away, SslContext context, ByteBuf first, Waiting waiting) {
    this.channel = channel;
    this.home = channel.eventLoop();
    this.away = away;
    this.context = context;
    this.held = first;
    this.waiting = waiting;
  }

  /**
   * Begins it; on the connection's own loop.
   *
   * @param before the handler that is to hear of the connection when it is back
   * @param first what has come so far; ownership passes
   */
  static void begin(
      Channel channel,
      String before,
      EventLoop away,
      SslContext context,
      ByteBuf first,
      Waiting waiting) {
    var handshake = new ServerHandshake(channel, away, context, first, waiting);
    channel.pipeline().addBefore(before, NAME, handshake);
    Relocation.move(channel, away, handshake::left);
  }

  private void left(Relocation.Outcome outcome) {
    switch (outcome) {
      case CLOSED -> fail(HandshakeTrouble.LEFT_EARLY);
      case THERE -> {
        if (input == Input.ENDED) {
          fail(HandshakeTrouble.LEFT_EARLY);
        } else {
          guarded(this::shake);
        }
      }
    }
  }

  /** What a listener of Netty's throws, nobody hears of. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException defect) {
      defective(defect);
    }
  }

  private void shake() {
    state = State.SHAKING;
    SslHandler tls = context.newHandler(channel.alloc());
    // The deadline of who waits holds.
    tls.setHandshakeTimeoutMillis(0);
    channel.pipeline().addBefore(NAME, ALERT, alert).addBefore(NAME, TLS, tls);
    ByteBuf first = held;
    held = Unpooled.EMPTY_BUFFER;
    ChannelHandlerContext ctx = channel.pipeline().context(alert);
    alert.channelRead(ctx, first);
    alert.shown();
    ctx.fireChannelReadComplete();
    if (state == State.SHAKING) {
      channel.config().setAutoRead(true);
    }
  }

  private void shaken() {
    state = State.RETURNING;
    channel.pipeline().remove(alert);
    Relocation.move(channel, home, this::back);
  }

  private void back(Relocation.Outcome outcome) {
    switch (outcome) {
      case CLOSED -> fail(HandshakeTrouble.left(alert.answered()));
      case THERE -> {
        state = State.OVER;
        waiting.shaken();
        ChannelHandlerContext ctx = channel.pipeline().context(this);
        ByteBuf first = held;
        held = Unpooled.EMPTY_BUFFER;
        if (first.isReadable()) {
          ctx.fireChannelRead(first);
          ctx.fireChannelReadComplete();
        } else {
          first.release();
          channel.config().setAutoRead(true);
        }
        if (input == Input.ENDED) {
          ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        channel.pipeline().remove(this);
      }
    }
  }

  private void fail(Failure failure) {
    if (state != State.OVER) {
      over();
      home.execute(() -> waiting.failed(failure));
    }
  }

  /** Stays where it is, so that nobody behind hears of what still comes. */
  private void over() {
    state = State.OVER;
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }

  // What the connection tells, wherever it is.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    switch (state) {
      case LEAVING, SHAKING, RETURNING ->
          held = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
      case OVER -> bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // nobody behind has heard of anything
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // nobody behind writes
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake when state == State.SHAKING -> {
        if (handshake.isSuccess()) {
          shaken();
        } else {
          fail(HandshakeTrouble.of(alert, handshake.cause()));
        }
      }
      case ChannelInputShutdownEvent _ -> {
        input = Input.ENDED;
        if (state == State.SHAKING) {
          fail(HandshakeTrouble.left(alert.answered()));
        }
      }
      default -> {}
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    switch (state) {
      case SHAKING -> fail(HandshakeTrouble.left(alert.answered()));
      // The move finds it closed.
      case LEAVING, RETURNING -> input = Input.ENDED;
      case OVER -> {}
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A handshake that fails is told by its event, a connection that breaks by its end.
    boolean theirs = cause instanceof IOException || cause.getCause() instanceof SSLException;
    if (!theirs) {
      defective(cause);
    }
  }

  private void defective(Throwable cause) {
    if (state != State.OVER) {
      over();
      home.execute(() -> waiting.defective(cause));
    }
  }

  /**
   * Who closes the connection from home may find that it has moved on meanwhile: a socket must be
   * closed by the loop that reads it.
   */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    EventLoop now = channel.eventLoop();
    if (now.inEventLoop()) {
      ctx.close(promise);
    } else {
      now.execute(() -> ctx.close(promise));
    }
  }
}
