package dev.sekisho.data.listen;

import dev.sekisho.data.origin.OriginConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The origin's end of a WebSocket whose frames are read here. */
final class OriginEnd extends ChannelInboundHandlerAdapter {
  private static final int MOST_HELD = 64 << 10;
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Channel channel;
  private final Duration patience;
  private final Told told;
  private @Nullable ScheduledFuture<?> end;
  private ByteBuf in;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    /** What was written is leaving. */
    ENDING,
    /** What still comes is dropped, so that our last word is not lost to a reset. */
    LINGERING,
    CLOSED
  }

  interface Told {
    void originSent();

    void originTakes();

    /** It ended its side, in order as far as its socket tells. */
    void originEnded();

    void originBroke(IOException cause);

    void defective(Throwable cause);
  }

  /**
   * @param patience how long what was written last may take to leave
   */
  OriginEnd(OriginConnection.Detached from, Duration patience, Told told) {
    this.patience = patience;
    this.channel = from.channel();
    this.in = from.early();
    this.told = told;
  }

  /** Begins to read. */
  void open() {
    // Whoever kept what comes early hands it over when it is removed.
    channel.pipeline().addLast("frames", this);
    channel.pipeline().remove("early");
    if (channel.isActive()) {
      channel.config().setAutoRead(true);
    } else {
      told.originEnded();
    }
  }

  Channel channel() {
    return channel;
  }

  /** What has arrived and was not taken. */
  ByteBuf in() {
    return in;
  }

  /** Stops reading when it is ahead of what can be used; resumes when it is not. */
  void holdBack() {
    if (!in.isReadable()) {
      in.release();
      in = Unpooled.EMPTY_BUFFER;
    }
    boolean reads = in.readableBytes() <= MOST_HELD;
    if (channel.isActive() && channel.config().isAutoRead() != reads) {
      channel.config().setAutoRead(reads);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (state != State.OPEN) {
      bytes.release();
      return;
    }
    if (in.isReadable()) {
      in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, bytes);
    } else {
      in.release();
      in = bytes;
    }
    told.originSent();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (state == State.OPEN && channel.isWritable()) {
      told.originTakes();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
      ended();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended();
    if (state == State.ENDING) {
      close();
    }
  }

  private void ended() {
    switch (state) {
      case OPEN -> told.originEnded();
      case LINGERING -> close();
      case ENDING, CLOSED -> {}
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (state) {
      case OPEN -> {
        if (cause instanceof IOException broke) {
          told.originBroke(broke);
        } else {
          told.defective(cause);
        }
      }
      case ENDING, LINGERING -> close();
      case CLOSED -> {}
    }
  }

  /** Closes in order, once what was written has gone. */
  void finish() {
    if (state != State.OPEN) {
      return;
    }
    state = State.ENDING;
    drop();
    closeIn(patience);
    if (channel.isActive()) {
      // An origin that waits until we read reads nothing itself.
      channel.config().setAutoRead(true);
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> linger());
  }

  private void closeIn(Duration time) {
    if (end != null) {
      end.cancel(false);
    }
    end = channel.eventLoop().schedule(this::close, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void linger() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (state != State.ENDING || !channel.isActive()) {
      close();
      return;
    }
    state = State.LINGERING;
    closeIn(LINGER);
    if (tls != null) {
      var _ = tls.closeOutbound();
    } else if (channel instanceof SocketChannel socket) {
      socket.shutdownOutput();
    }
  }

  void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      if (end != null) {
        end.cancel(false);
      }
      drop();
      channel.close();
    }
  }

  private void drop() {
    in.release();
    in = Unpooled.EMPTY_BUFFER;
  }
}
