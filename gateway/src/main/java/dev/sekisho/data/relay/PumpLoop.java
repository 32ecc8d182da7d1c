package dev.sekisho.data.relay;

import dev.sekisho.data.relay.SpliceTunnel.Side;
import dev.sekisho.data.relay.Tunnels.Cause;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that pumps tunnels: waits for the kernel's events, moves what can move, lets the idle
 * go. Other threads reach it through {@link #start} and {@link #end} only, which leave an order and
 * ring.
 */
final class PumpLoop {
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final Logger LOG = LoggerFactory.getLogger(PumpLoop.class);

  private sealed interface Order {
    record Start(SpliceTunnel tunnel) implements Order {}

    record End(SpliceTunnel tunnel) implements Order {}

    record Stop() implements Order {}
  }

  private final Kernel kernel;
  private final Poller poller;
  private final PipePool pipes;
  private final Mover mover;
  private final IdleWheel wheel = new IdleWheel();
  private final ArrayList<@Nullable SpliceTunnel> table = new ArrayList<>();
  private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
  private final ArrayDeque<SpliceTunnel> unfinished = new ArrayDeque<>();
  private final long epoch = System.nanoTime();
  private final Thread thread;
  private long tick;
  private boolean running = true;

  /** Guards the two fields below and the doorbell's descriptor. */
  private final Object gate = new Object();

  private ArrayList<Order> orders = new ArrayList<>();
  private boolean closed;

  PumpLoop(String name, TunnelLimits limits) throws IOException {
    Arena arena = Arena.ofAuto();
    kernel = new Kernel(arena);
    poller = new Poller(kernel, arena);
    pipes =
        new PipePool(
            kernel, limits.pipes() / limits.threads(), limits.pipeBytes(), limits.widePipeBytes());
    mover = new Mover(kernel, pipes, PooledByteBufAllocator.DEFAULT, limits.bufferBytes());
    thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /**
   * Takes a tunnel and its descriptors; false when this pump has stopped and they remain the
   * caller's.
   */
  boolean start(SpliceTunnel tunnel) {
    return leave(new Order.Start(tunnel));
  }

  void end(SpliceTunnel tunnel) {
    leave(new Order.End(tunnel));
  }

  /** Ends every tunnel and waits for the thread. */
  void close() {
    leave(new Order.Stop());
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean leave(Order order) {
    synchronized (gate) {
      if (closed) {
        return false;
      }
      orders.add(order);
      if (orders.size() == 1 && Thread.currentThread() != thread) {
        poller.ring();
      }
      return true;
    }
  }

  private void run() {
    try {
      while (running) {
        turn();
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("tunnel pump stopped by a defect; its tunnels are closed", e);
      endAll(Cause.FAILED);
    } finally {
      shut();
    }
  }

  private void turn() throws IOException {
    int count = poller.await(patience());
    tick = (System.nanoTime() - epoch) / TICK_NANOS;
    for (int i = 0; i < count; i++) {
      long tag = poller.tag(i);
      SpliceTunnel tunnel = tag == Poller.BELL ? null : table.get((int) (tag >>> 1));
      // Null also when an event earlier in this batch ended the tunnel: its slot is given out again
      // only below.
      if (tunnel != null) {
        tunnel.ready((tag & 1) == 0 ? Side.CLIENT : Side.ORIGIN, poller.readiness(i));
        pumpOrFail(tunnel);
      }
    }
    for (int left = unfinished.size(); left > 0; left--) {
      SpliceTunnel tunnel = unfinished.remove();
      tunnel.queued = false;
      if (tunnel.slot >= 0) {
        pumpOrFail(tunnel);
      }
    }
    wheel.advance(tick, tunnel -> finish(tunnel, Cause.IDLE));
    obey();
  }

  private int patience() {
    if (!unfinished.isEmpty()) {
      return 0;
    }
    if (wheel.isEmpty()) {
      return -1;
    }
    long untilTick = TICK_NANOS - (System.nanoTime() - epoch) % TICK_NANOS;
    return (int) (untilTick / 1_000_000) + 1;
  }

  private void obey() {
    List<Order> taken = takeOrders();
    for (Order order : taken) {
      switch (order) {
        case Order.Start(SpliceTunnel tunnel) -> admit(tunnel);
        case Order.End(SpliceTunnel tunnel) -> {
          if (tunnel.slot >= 0) {
            finish(tunnel, Cause.ENDED);
          }
        }
        case Order.Stop() -> running = false;
      }
    }
  }

  private List<Order> takeOrders() {
    synchronized (gate) {
      if (orders.isEmpty()) {
        return List.of();
      }
      List<Order> taken = orders;
      orders = new ArrayList<>();
      return taken;
    }
  }

  private void admit(SpliceTunnel tunnel) {
    Integer free = freeSlots.poll();
    int slot = free != null ? free : table.size();
    if (free != null) {
      table.set(slot, tunnel);
    } else {
      table.add(tunnel);
    }
    tunnel.slot = slot;
    wheel.add(tunnel.idle, tick);
    int failed =
        Math.min(
            poller.watch(tunnel.client, (long) slot << 1),
            poller.watch(tunnel.origin, (long) slot << 1 | 1));
    if (failed < 0) {
      LOG.error("a tunnel cannot be watched: epoll_ctl error {}", -failed);
      finish(tunnel, Cause.FAILED);
    } else {
      pump(tunnel);
    }
  }

  /** A defect, or memory that is not there, ends one tunnel and not the pump. */
  private void pumpOrFail(SpliceTunnel tunnel) {
    try {
      pump(tunnel);
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("a tunnel was ended by a defect", e);
      if (tunnel.slot >= 0) {
        finish(tunnel, Cause.FAILED);
      }
    }
  }

  private void pump(SpliceTunnel tunnel) {
    long before = tunnel.up.delivered() + tunnel.down.delivered();
    Mover.Turn up = mover.move(tunnel.up);
    Mover.Turn down = mover.move(tunnel.down);
    if (tunnel.up.delivered() + tunnel.down.delivered() != before) {
      tunnel.idle.active(tick);
    }
    Cause end = verdict(tunnel, up, down);
    if (end != null) {
      finish(tunnel, end);
    } else if ((up == Mover.Turn.Quiet.UNFINISHED || down == Mover.Turn.Quiet.UNFINISHED)
        && !tunnel.queued) {
      tunnel.queued = true;
      unfinished.add(tunnel);
    }
  }

  private static @Nullable Cause verdict(SpliceTunnel tunnel, Mover.Turn up, Mover.Turn down) {
    Cause lost = lost(up, Cause.CLIENT_RESET, Cause.ORIGIN_RESET);
    if (lost == null) {
      lost = lost(down, Cause.ORIGIN_RESET, Cause.CLIENT_RESET);
    }
    if (lost != null) {
      return lost;
    }
    if (up == Mover.Turn.Quiet.SHUT && down == Mover.Turn.Quiet.SHUT) {
      return Cause.CLOSED;
    }
    return switch (tunnel.dead) {
      case null -> null;
      case CLIENT -> up == Mover.Turn.Quiet.UNFINISHED ? null : Cause.CLIENT_RESET;
      case ORIGIN -> down == Mover.Turn.Quiet.UNFINISHED ? null : Cause.ORIGIN_RESET;
    };
  }

  private static @Nullable Cause lost(Mover.Turn turn, Cause source, Cause sink) {
    return switch (turn) {
      case Mover.Turn.Quiet quiet -> null;
      case Mover.Turn.SourceLost(int errno) -> blame(errno, source);
      case Mover.Turn.SinkLost(int errno) -> blame(errno, sink);
    };
  }

  private static Cause blame(int errno, Cause far) {
    if (Kernel.isConnectionLoss(-errno)) {
      return far;
    }
    LOG.error("a tunnel failed: system error {}", errno);
    return Cause.FAILED;
  }

  /**
   * The one end of every tunnel. A side that would miss bytes, or whose peer was reset, is reset: a
   * cut must not look complete.
   */
  private void finish(SpliceTunnel tunnel, Cause cause) {
    wheel.remove(tunnel.idle);
    if (tunnel.slot >= 0) {
      table.set(tunnel.slot, null);
      freeSlots.add(tunnel.slot);
      tunnel.slot = -1;
    }
    long lostUp = mover.abandon(tunnel.up);
    long lostDown = mover.abandon(tunnel.down);
    boolean cut =
        cause == Cause.CLIENT_RESET || cause == Cause.ORIGIN_RESET || cause == Cause.FAILED;
    release(tunnel.origin, cut || lostUp > 0);
    release(tunnel.client, cut || lostDown > 0);
    tunnel.tell(cause);
  }

  private void release(int fd, boolean reset) {
    if (reset) {
      kernel.resetOnClose(fd);
    }
    kernel.close(fd);
  }

  private void endAll(Cause cause) {
    for (SpliceTunnel tunnel :
        List.copyOf(table.stream().filter(java.util.Objects::nonNull).toList())) {
      finish(tunnel, cause);
    }
  }

  private void shut() {
    List<Order> late;
    synchronized (gate) {
      closed = true;
      late = orders;
      orders = new ArrayList<>();
      poller.close();
    }
    for (Order order : late) {
      if (order instanceof Order.Start(SpliceTunnel tunnel)) {
        finish(tunnel, Cause.ENDED);
      }
    }
    endAll(Cause.ENDED);
    pipes.close();
    mover.close();
  }
}
