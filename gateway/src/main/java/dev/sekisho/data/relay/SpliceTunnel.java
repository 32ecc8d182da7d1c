package dev.sekisho.data.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One tunnel on the pump: two sockets, two directions. This is all an idle tunnel costs in this
 * process. It belongs to the pump's thread, but for its counters and {@link #end}.
 */
final class SpliceTunnel implements Tunnels.Tunnel {
  enum Side {
    CLIENT,
    ORIGIN
  }

  final int client;
  final int origin;
  final Flow up;
  final Flow down;
  final IdleWheel.Node idle;

  /** Index in the pump's table; -1 before and after. */
  int slot = -1;

  /** Stands in the pump's queue of those that have more to move. */
  boolean queued;

  /**
   * The side whose connection the kernel reported dead while there was nothing to read from it or
   * room to write.
   */
  @Nullable Side dead;

  private final PumpLoop pump;
  private final EventLoop eventLoop;
  private final Consumer<Tunnels.Ended> then;

  SpliceTunnel(
      PumpLoop pump,
      Sockets sockets,
      Duration idleLimit,
      EventLoop eventLoop,
      Consumer<Tunnels.Ended> then) {
    this.pump = pump;
    this.eventLoop = eventLoop;
    this.then = then;
    client = sockets.client();
    origin = sockets.origin();
    up = new Flow(client, origin, sockets.earlyUp());
    down = new Flow(origin, client, sockets.earlyDown());
    // One more tick, because the last byte moved somewhere inside its own.
    idle = new IdleWheel.Node(this, idleLimit.toNanos() / PumpLoop.TICK_NANOS + 1);
  }

  /** What Netty handed over: descriptors that are ours now, and bytes that go first. */
  record Sockets(int client, int origin, @Nullable ByteBuf earlyUp, @Nullable ByteBuf earlyDown) {}

  @Override
  public long bytesUp() {
    return up.delivered();
  }

  @Override
  public long bytesDown() {
    return down.delivered();
  }

  @Override
  public void end() {
    pump.end(this);
  }

  /** Notes what the kernel reported of one side. */
  void ready(Side side, int events) {
    Flow from = side == Side.CLIENT ? up : down;
    Flow to = side == Side.CLIENT ? down : up;
    if ((events & (Poller.PRI | Poller.RDHUP | Poller.HUP | Poller.ERR)) != 0) {
      from.exhaustive = true;
      from.readable = true;
    }
    if ((events & Poller.IN) != 0) {
      from.readable = true;
    }
    if ((events & (Poller.OUT | Poller.HUP | Poller.ERR)) != 0) {
      to.writable = true;
    }
    boolean hungUp = (events & Poller.HUP) != 0 && to.stage != Flow.Stage.SHUT;
    if (hungUp || (events & Poller.ERR) != 0) {
      dead = side;
    }
  }

  /**
   * Tells the owner, on the client's event loop; here when that loop has ended, for a record must
   * be closed all the same.
   */
  void tell(Tunnels.Cause cause) {
    Tunnels.Ended ended = new Tunnels.Ended(up.delivered(), down.delivered(), cause);
    try {
      eventLoop.execute(() -> then.accept(ended));
    } catch (RejectedExecutionException loopEnded) {
      then.accept(ended);
    }
  }
}
