package dev.sekisho.data.origin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Keeps what an origin says before anybody listens, and hands it to the handlers behind when it is
 * removed. Auto-read is off until then, but when the origin ends its direction Netty's epoll
 * transport reads all the same, and an empty pipeline would drop the bytes: the whole answer of an
 * origin that speaks first and closes.
 */
final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private ByteBuf held = Unpooled.EMPTY_BUFFER;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    held = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, (ByteBuf) message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The socket keeps the fact: whoever reads or writes it next meets the same end.
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf bytes = held;
    held = Unpooled.EMPTY_BUFFER;
    if (bytes.isReadable()) {
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
  }
}
