package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes a channel out of the hands of its handlers. They are removed, all but TLS; what they give
 * up while going, and what Netty still reads meanwhile, is gathered behind the early bytes.
 */
final class Takeover extends ChannelInboundHandlerAdapter {
  private final CompositeByteBuf early;

  private Takeover(CompositeByteBuf early) {
    this.early = early;
  }

  /** On the channel's event loop. */
  static Takeover of(Channel channel, ByteBuf early) {
    if (channel.isActive()) {
      channel.config().setAutoRead(false);
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    Takeover takeover = new Takeover(channel.alloc().compositeBuffer(64));
    takeover.gather(early);
    channel.pipeline().addLast(takeover);
    for (Map.Entry<String, ChannelHandler> entry :
        new ArrayList<>(channel.pipeline().toMap().entrySet())) {
      if (entry.getValue() != takeover && !(entry.getValue() instanceof SslHandler)) {
        channel.pipeline().remove(entry.getValue());
      }
    }
    return takeover;
  }

  /** Done when everything written to the channel before has reached its socket. */
  static ChannelFuture flushed(Channel channel) {
    return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }

  /**
   * The bytes that go first, in one direct buffer that is the caller's; null when there are none.
   */
  @Nullable ByteBuf take(Channel channel) {
    try {
      return early.isReadable()
          ? channel.alloc().directBuffer(early.readableBytes()).writeBytes(early)
          : null;
    } finally {
      early.release();
    }
  }

  void drop() {
    early.release();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && early.refCnt() > 0) {
      gather(bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The socket keeps the fact: whoever reads or writes it next meets the same end.
  }

  private void gather(ByteBuf bytes) {
    if (bytes.isReadable()) {
      early.addComponent(true, bytes);
    } else {
      bytes.release();
    }
  }
}
