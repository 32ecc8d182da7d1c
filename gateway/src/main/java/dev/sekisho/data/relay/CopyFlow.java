package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction of a {@link CopyTunnel}: the last handler of the source, which writes to the sink.
 * It asks for more only while the sink has room, by single reads, so that auto-read is never
 * changed on a socket that may be closed already.
 */
final class CopyFlow extends ChannelInboundHandlerAdapter {
  private final CopyTunnel tunnel;
  private final Channel source;
  private final Channel sink;
  private final AtomicLong delivered = new AtomicLong();
  private Flow.Stage stage = Flow.Stage.OPEN;

  CopyFlow(CopyTunnel tunnel, Channel source, Channel sink) {
    this.tunnel = tunnel;
    this.source = source;
    this.sink = sink;
  }

  /** Takes the place of {@code takeover} and forwards what it gathered. */
  void install(Takeover takeover) {
    ByteBuf early = takeover.take(source);
    source.pipeline().replace(takeover, null, this);
    if (early != null) {
      forward(early);
      sink.flush();
    }
  }

  long delivered() {
    return delivered.get();
  }

  boolean isShut() {
    return stage == Flow.Stage.SHUT;
  }

  void more() {
    if (stage == Flow.Stage.OPEN
        && source instanceof DuplexChannel duplex
        && duplex.isInputShutdown()) {
      // It ended before it was ours, and Netty says so only once.
      sourceEnded();
    } else if (stage == Flow.Stage.OPEN && sink.isWritable()) {
      source.read();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      forward(bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    sink.flush();
    more();
  }

  /** The source can be written again: what flows towards it may go on. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    tunnel.opposite(this).more();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if ((event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent)
        && stage == Flow.Stage.OPEN) {
      sourceEnded();
    }
  }

  private void sourceEnded() {
    stage = Flow.Stage.DRAINING;
    sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(drained -> shut());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    // A source that has ended, and was told that it gets no more, is closed in order.
    if (stage == Flow.Stage.OPEN || !tunnel.opposite(this).isShut()) {
      tunnel.lost(source, new ClosedChannelException());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    tunnel.lost(source, cause);
  }

  private void forward(ByteBuf bytes) {
    int length = bytes.readableBytes();
    sink.write(bytes)
        .addListener(written -> {
          if (written.isSuccess()) {
            delivered.addAndGet(length);
            tunnel.moved();
          } else {
            tunnel.lost(sink, written.cause());
          }
        });
  }

  private void shut() {
    stage = Flow.Stage.SHUT;
    SslHandler tls = sink.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound().addListener(notified -> tunnel.ended());
    } else if (sink instanceof DuplexChannel duplex) {
      duplex.shutdownOutput().addListener(done -> tunnel.ended());
    } else {
      tunnel.ended();
    }
  }
}
