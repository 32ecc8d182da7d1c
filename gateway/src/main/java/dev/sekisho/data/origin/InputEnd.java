package dev.sekisho.data.origin;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/**
 * Whether the end of input was the origin's own word. Over TLS only close_notify is (RFC 8446
 * §6.1): anybody on the way can end a TCP connection.
 */
enum InputEnd {
  MEANT,
  CUT;

  /** What it is when the socket ends and nothing was said before. */
  static InputEnd ofSocket(Channel channel) {
    return channel.pipeline().get(SslHandler.class) == null ? MEANT : CUT;
  }
}
