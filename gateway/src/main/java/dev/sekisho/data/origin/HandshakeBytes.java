package dev.sekisho.data.origin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Bounds what an origin may send before the handshake is over. A record and a message each have
 * their limit in the TLS library; how many of them come has not.
 */
final class HandshakeBytes extends ChannelInboundHandlerAdapter {
  static final int MOST = 256 * 1024;

  private final Runnable tooMany;
  private int received;

  HandshakeBytes(Runnable tooMany) {
    this.tooMany = tooMany;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (received <= MOST) {
      received += ((ByteBuf) message).readableBytes();
      if (received <= MOST) {
        ctx.fireChannelRead(message);
        return;
      }
      tooMany.run();
    }
    ReferenceCountUtil.release(message);
  }
}
