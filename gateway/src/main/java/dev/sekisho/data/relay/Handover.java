package dev.sekisho.data.relay;

import dev.sekisho.data.relay.Tunnels.Cause;
import dev.sekisho.data.relay.Tunnels.Ended;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of two sockets from Netty to the pump: wait until Netty has written what it was given
 * (mostly it has already), duplicate both descriptors, close the channels. Closing a channel takes
 * it out of Netty's epoll set and closes its descriptor, and does not shut the connection down,
 * which lives on in the duplicate. On the event loop of the channels, but for the methods of the
 * handle.
 */
final class Handover implements Tunnels.Tunnel {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
  private static final int IDLE_LOOKS = 4;
  private static final long LAST_OF_LOOP_SECONDS = 10;

  private final PumpLoop pump;
  private final Channel client;
  private final Channel origin;
  private final Duration idle;
  private final Consumer<Ended> then;
  private boolean over;
  private @Nullable Future<?> idleCheck;
  private volatile @Nullable SpliceTunnel tunnel;

  Handover(PumpLoop pump, Channel client, Channel origin, Duration idle, Consumer<Ended> then) {
    this.pump = pump;
    this.client = client;
    this.origin = origin;
    this.idle = idle;
    this.then = then;
  }

  /** Answers the tunnel itself, or this stand-in while Netty still has something to write. */
  Tunnels.Tunnel begin(ByteBuf earlyUp, ByteBuf earlyDown) {
    Takeover fromClient = Takeover.of(client, earlyUp);
    Takeover fromOrigin = Takeover.of(origin, earlyDown);
    ChannelFuture clientFlushed = Takeover.flushed(client);
    ChannelFuture originFlushed = Takeover.flushed(origin);
    if (clientFlushed.isDone() && originFlushed.isDone()) {
      pass(fromClient, fromOrigin);
    } else {
      clientFlushed.addListener(
          first -> originFlushed.addListener(second -> written(fromClient, fromOrigin)));
      watchIdle(unwritten(), 1);
    }
    SpliceTunnel passed = tunnel;
    return passed != null ? passed : this;
  }

  @Override
  public long bytesUp() {
    SpliceTunnel passed = tunnel;
    return passed == null ? 0 : passed.bytesUp();
  }

  @Override
  public long bytesDown() {
    SpliceTunnel passed = tunnel;
    return passed == null ? 0 : passed.bytesDown();
  }

  @Override
  public void end() {
    SpliceTunnel passed = tunnel;
    if (passed != null) {
      passed.end();
      return;
    }
    try {
      client.eventLoop().execute(this::endLater);
    } catch (RejectedExecutionException loopEnded) {
      LOG.debug("the event loop ended before the tunnel, and closed its channels");
    }
  }

  private void endLater() {
    SpliceTunnel passed = tunnel;
    if (passed != null) {
      passed.end();
    } else {
      giveUp(Cause.ENDED);
    }
  }

  /**
   * A listener runs inside Netty's flush, which is no place to close a channel: hence the detour
   * over the loop. A loop at its end takes no more work, and has closed the channels.
   */
  private void written(Takeover fromClient, Takeover fromOrigin) {
    try {
      client.eventLoop().execute(() -> pass(fromClient, fromOrigin));
    } catch (RejectedExecutionException loopEnds) {
      fromClient.drop();
      fromOrigin.drop();
      giveUp(Cause.ENDED);
    }
  }

  /** Ends the wait when Netty has written nothing for the idle time, as seen a few times in it. */
  private void watchIdle(long before, int look) {
    idleCheck =
        client
            .eventLoop()
            .schedule(
                () -> {
                  long now = unwritten();
                  if (now != before) {
                    watchIdle(now, 1);
                  } else if (look < IDLE_LOOKS) {
                    watchIdle(now, look + 1);
                  } else {
                    giveUp(Cause.IDLE);
                  }
                },
                idle.toNanos() / IDLE_LOOKS,
                TimeUnit.NANOSECONDS);
  }

  private long unwritten() {
    return unwritten(client) + unwritten(origin);
  }

  /** Bytes given to Netty that have not reached the socket; it counts whole buffers only. */
  private static long unwritten(Channel channel) {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound == null ? 0 : outbound.totalPendingWriteBytes() - outbound.currentProgress();
  }

  private void settle() {
    over = true;
    if (idleCheck != null) {
      idleCheck.cancel(false);
    }
  }

  private void pass(Takeover fromClient, Takeover fromOrigin) {
    if (over || !client.isOpen() || !origin.isOpen()) {
      fromClient.drop();
      fromOrigin.drop();
      giveUp(client.isOpen() ? Cause.ORIGIN_RESET : Cause.CLIENT_RESET);
      return;
    }
    ByteBuf earlyUp = fromClient.take(client);
    ByteBuf earlyDown = fromOrigin.take(origin);
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      int clientFd = kernel.duplicate(((UnixChannel) client).fd().intValue());
      int originFd =
          clientFd < 0 ? clientFd : kernel.duplicate(((UnixChannel) origin).fd().intValue());
      var sockets = new SpliceTunnel.Sockets(clientFd, originFd, earlyUp, earlyDown);
      if (originFd < 0) {
        LOG.error("a tunnel cannot be opened: no file descriptor (system error {})", -originFd);
        free(kernel, sockets);
        giveUp(Cause.FAILED);
        return;
      }
      settle();
      client.close();
      origin.close();
      EventLoop loop = client.eventLoop();
      Consumer<Ended> owner = then;
      // Captures these two alone: a tunnel lives long, and must not keep the channels in memory.
      var passed = new SpliceTunnel(pump, sockets, idle, loop, ended -> tell(ended, loop, owner));
      tunnel = passed;
      if (!pump.start(passed)) {
        free(kernel, sockets);
        passed.tell(Cause.ENDED);
      }
    }
  }

  private static void free(Kernel kernel, SpliceTunnel.Sockets sockets) {
    for (int fd : new int[] {sockets.client(), sockets.origin()}) {
      if (fd >= 0) {
        kernel.close(fd);
      }
    }
    for (ByteBuf early : new ByteBuf[] {sockets.earlyUp(), sockets.earlyDown()}) {
      if (early != null) {
        early.release();
      }
    }
  }

  /**
   * Ends what never became a tunnel. A side that would miss bytes is reset: a cut must not look
   * complete.
   */
  private void giveUp(Cause cause) {
    if (over) {
      return;
    }
    settle();
    boolean cut = cause != Cause.IDLE && cause != Cause.ENDED;
    for (Channel channel : new Channel[] {client, origin}) {
      if (channel.isOpen() && (cut || unwritten(channel) > 0)) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
      channel.close();
    }
    Ended ended = new Ended(0, 0, cause);
    try {
      client.eventLoop().execute(() -> then.accept(ended));
    } catch (RejectedExecutionException loopEnds) {
      tell(ended, client.eventLoop(), then);
    }
  }

  /**
   * Tells the owner how the tunnel ended. Mostly that is on the event loop. The pump calls here
   * itself when the loop takes no more work; but a loop that takes none may still be at its last,
   * and another pump may come with another tunnel of it, while what the owner touches (the
   * journal's appender above all) is for one thread at a time. So wait for its end, and queue.
   */
  private static void tell(Ended ended, EventLoop loop, Consumer<Ended> then) {
    if (loop.inEventLoop()) {
      then.accept(ended);
      return;
    }
    synchronized (loop) {
      if (loop.terminationFuture().awaitUninterruptibly(LAST_OF_LOOP_SECONDS, TimeUnit.SECONDS)) {
        then.accept(ended);
      } else {
        LOG.error("an event loop does not end; the next start records its tunnel as interrupted");
      }
    }
  }
}
