package dev.sekisho.data.listen;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/** The end of our side of a client's connection. */
final class Farewell {
  private Farewell() {}

  /**
   * Ends our side once everything that was written has left: what is still waiting when a socket's
   * output is shut down is lost, and a client that reads slowly would miss the end of its answer.
   *
   * @param then told when our side is over
   */
  static void say(SocketChannel channel, Runnable then) {
    SslHandler tls = LineOpener.innermostTls(channel);
    if (tls != null) {
      tls.closeOutbound().addListener(_ -> then.run());
      return;
    }
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(_ -> {
          channel.shutdownOutput();
          then.run();
        });
  }
}
