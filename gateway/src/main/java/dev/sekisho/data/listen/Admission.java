package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.Unreadable;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Lets a client in once it is known who it is, or turns it away when there are too many. Then makes
 * room for {@link ClientConnection}.
 */
final class Admission extends ChannelInboundHandlerAdapter {
  private static final long LINGER_MILLIS = 200;

  private final Lane lane;
  private final String listener;
  private final ConnectionLimits limits;
  private final Guests guests;

  Admission(Lane lane, String listener, ConnectionLimits limits, Guests guests) {
    this.lane = lane;
    this.listener = listener;
    this.limits = limits;
    this.guests = guests;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ClientAddress client)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    switch (limits.enter(client.address())) {
      case ADMITTED -> {
        var who = new Client(client.address(), client.port(), listener);
        ctx.pipeline()
            .replace(
                this,
                "client",
                new ClientConnection(ctx.channel(), lane, who, Setting.DOOR, guests));
      }
      case TOO_MANY ->
          turnAway(
              ctx,
              client,
              "The gateway has as many client connections as it may have (limits.connections).");
      case TOO_MANY_FROM_CLIENT ->
          turnAway(
              ctx,
              client,
              "This client has as many connections as it may have (limits.connections-per-client).");
    }
  }

  /** Bytes of somebody who is being turned away. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  private void turnAway(ChannelHandlerContext ctx, ClientAddress client, String reason) {
    IpAddress address = client.address();
    long now = WallClock.micros();
    Record record =
        new Record(
            lane.gate().journal().newId(now),
            now,
            listener,
            Record.Mode.PLAIN,
            address.text(),
            client.port());
    Failure failure =
        new Failure(
            Failure.Side.CLIENT, Failure.Kind.TOO_MANY_CONNECTIONS, Failure.Retry.SAFE, reason);
    Refusal refusal = Unreadable.end(failure, address, record, now, lane.gate());
    ctx.writeAndFlush(Answer.refusal(refusal, ctx.alloc())).addListener(_ -> closeInOrder(ctx));
  }

  /**
   * What the client has sent is read and dropped for a moment, so that the answer is not lost to a
   * reset.
   */
  private static void closeInOrder(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof SocketChannel socket && socket.isActive()) {
      socket.shutdownOutput();
    }
    var _ = ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }
}
