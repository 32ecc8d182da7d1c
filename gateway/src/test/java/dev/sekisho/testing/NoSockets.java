package dev.sekisho.testing;

import dev.sekisho.data.origin.Transport;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;

/** A kernel that gives no further socket, as when the file descriptors are used up. */
public final class NoSockets {
  private NoSockets() {}

  /** The same loops as another transport, on which nobody gets a socket. */
  public static Transport on(Transport usual) {
    return new Transport(
        "none", usual.loops(), usual.listener(), Stream.class, Datagram.class, usual.late());
  }

  /** Cannot be made; Netty needs a public constructor. */
  public static final class Stream extends NioSocketChannel {
    public Stream() {
      throw new ChannelException(
          "Failed to open a socket.", new IOException("Too many open files"));
    }
  }

  /** Cannot be made either, being abstract: Netty's own class is final. */
  public abstract static class Datagram implements DatagramChannel {
    public Datagram() {}
  }
}
