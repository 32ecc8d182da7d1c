package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of a client connection: finds out who the client is, says so once with a {@link
 * ClientAddress} event, and removes itself.
 *
 * <p>Those who may send a PROXY header must send one: whether it is there is not guessed from the
 * bytes, or a client behind such a sender could write one of its own. From everyone else the bytes
 * go on as they are, and a PROXY header among them is a malformed request. Works with auto-read on
 * or off. It starts at channelActive, so it must be in the pipeline before that.
 */
public final class ProxyProtocolHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyProtocolHandler.class);

  private final Predicate<IpAddress> senders;
  private final Duration timeout;
  private byte[] header = new byte[256];
  private int length;
  private @Nullable Future<?> timer;
  private State state = State.NEW;

  private enum State {
    NEW,
    READING,
    ENDED
  }

  /**
   * @param senders the addresses that may send a header, and must
   * @param timeout for the whole header; the connection is closed when it is over
   */
  public ProxyProtocolHandler(Predicate<IpAddress> senders, Duration timeout) {
    this.senders = senders;
    this.timeout = timeout;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    begin(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (state != State.READING) {
      bytes.release();
      return;
    }
    int before = length;
    append(bytes);
    switch (ProxyProtocol.parse(header, length)) {
      case ProxyProtocol.Result.NeedMore _ -> bytes.release();
      case ProxyProtocol.Result.Bad bad -> {
        bytes.release();
        refuse(ctx, "because " + bad.reason());
      }
      case ProxyProtocol.Result.Local local -> {
        bytes.skipBytes(local.length() - before);
        go(ctx, own(ctx), bytes);
      }
      case ProxyProtocol.Result.Header found -> {
        bytes.skipBytes(found.length() - before);
        go(
            ctx,
            new ClientAddress(
                found.source(), found.sourcePort(), ClientAddress.Source.PROXY_PROTOCOL),
            bytes);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    readOn(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  private void begin(ChannelHandlerContext ctx) {
    if (state != State.NEW) {
      return;
    }
    if (!(ctx.channel().remoteAddress() instanceof InetSocketAddress)) {
      end(); // gone before it could be looked at
      var _ = ctx.close();
      return;
    }
    ClientAddress own = own(ctx);
    if (!senders.test(own.address())) {
      end();
      ctx.fireUserEventTriggered(own);
      ctx.pipeline().remove(this);
      return;
    }
    state = State.READING;
    String late = "because none came within " + timeout.toMillis() + " ms";
    timer =
        ctx.executor().schedule(() -> refuse(ctx, late), timeout.toNanos(), TimeUnit.NANOSECONDS);
    readOn(ctx);
  }

  private void readOn(ChannelHandlerContext ctx) {
    if (state == State.READING && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
  }

  /** Keeps no more than the longest header; what comes with it stays in the buffer it came in. */
  private void append(ByteBuf bytes) {
    int count = Math.min(bytes.readableBytes(), ProxyProtocol.MOST_BYTES - length);
    if (length + count > header.length) {
      header =
          Arrays.copyOf(
              header,
              Math.max(length + count, Math.min(2 * header.length, ProxyProtocol.MOST_BYTES)));
    }
    bytes.getBytes(bytes.readerIndex(), header, length, count);
    length += count;
  }

  private void go(ChannelHandlerContext ctx, ClientAddress client, ByteBuf rest) {
    end();
    ctx.fireUserEventTriggered(client);
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
    } else {
      rest.release();
    }
    ctx.pipeline().remove(this);
  }

  private void refuse(ChannelHandlerContext ctx, String reason) {
    if (state == State.READING) {
      end();
      LOG.debug(
          "Closing a connection from {}: no PROXY header, {}.",
          ctx.channel().remoteAddress(),
          reason);
      var _ = ctx.close();
    }
  }

  private void end() {
    state = State.ENDED;
    @Nullable Future<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  private static ClientAddress own(ChannelHandlerContext ctx) {
    InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
    return new ClientAddress(
        IpAddress.ofBytes(remote.getAddress().getAddress()),
        remote.getPort(),
        ClientAddress.Source.CONNECTION);
  }
}
