package dev.sekisho.data.relay;

import dev.sekisho.data.relay.Tunnels.Cause;
import dev.sekisho.data.relay.Tunnels.Ended;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tunnel relayed by Netty. Belongs to the event loop of its channels, but for the methods of
 * the handle.
 */
final class CopyTunnel implements Tunnels.Tunnel {
  private static final Logger LOG = LoggerFactory.getLogger(CopyTunnel.class);

  private final Channel client;
  private final Channel origin;
  private final Duration idle;
  private final Consumer<Ended> then;
  private final Set<CopyTunnel> open;
  private final CopyFlow up;
  private final CopyFlow down;
  private long lastMoved = System.nanoTime();
  private @Nullable Cause cause;
  private @Nullable Future<?> idleCheck;

  CopyTunnel(
      Channel client, Channel origin, Duration idle, Consumer<Ended> then, Set<CopyTunnel> open) {
    this.client = client;
    this.origin = origin;
    this.idle = idle;
    this.then = then;
    this.open = open;
    up = new CopyFlow(this, client, origin);
    down = new CopyFlow(this, origin, client);
  }

  void begin(ByteBuf earlyUp, ByteBuf earlyDown) {
    Takeover fromClient = Takeover.of(client, earlyUp);
    Takeover fromOrigin = Takeover.of(origin, earlyDown);
    up.install(fromClient);
    down.install(fromOrigin);
    if (!client.isActive() || !origin.isActive()) {
      finish(client.isActive() ? Cause.ORIGIN_RESET : Cause.CLIENT_RESET);
      return;
    }
    watchIdle(idle.toNanos());
    up.more();
    down.more();
  }

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
    try {
      client.eventLoop().execute(() -> finish(Cause.ENDED));
    } catch (RejectedExecutionException loopEnded) {
      LOG.debug("the event loop ended before the tunnel, and closed its channels");
    }
  }

  CopyFlow opposite(CopyFlow flow) {
    return flow == up ? down : up;
  }

  void moved() {
    lastMoved = System.nanoTime();
  }

  /** A direction has ended in order. */
  void ended() {
    if (up.isShut() && down.isShut()) {
      finish(Cause.CLOSED);
    }
  }

  /** The connection of one side is gone. */
  void lost(Channel side, Throwable why) {
    if (why instanceof IOException || why.getCause() instanceof SSLException) {
      finish(side == client ? Cause.CLIENT_RESET : Cause.ORIGIN_RESET);
    } else if (cause == null) {
      LOG.error("a tunnel failed", why);
      finish(Cause.FAILED);
    }
  }

  private void finish(Cause how) {
    if (cause != null) {
      return;
    }
    cause = how;
    if (idleCheck != null) {
      idleCheck.cancel(false);
    }
    boolean cut = how == Cause.CLIENT_RESET || how == Cause.ORIGIN_RESET || how == Cause.FAILED;
    release(client, cut);
    release(origin, cut);
    client
        .closeFuture()
        .addListener(first ->
            origin.closeFuture().addListener(second -> client.eventLoop().execute(this::tell)));
  }

  private void tell() {
    open.remove(this);
    then.accept(
        new Ended(up.delivered(), down.delivered(), java.util.Objects.requireNonNull(cause)));
  }

  /**
   * A side that would miss bytes, or whose peer was reset, is reset: a cut must not look complete.
   */
  private static void release(Channel channel, boolean cut) {
    if (channel.isOpen() && (cut || pending(channel))) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    channel.close();
  }

  private static boolean pending(Channel channel) {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound != null && outbound.totalPendingWriteBytes() > 0;
  }

  private void watchIdle(long nanos) {
    idleCheck =
        client
            .eventLoop()
            .schedule(
                () -> {
                  long left = idle.toNanos() - (System.nanoTime() - lastMoved);
                  if (left <= 0) {
                    finish(Cause.IDLE);
                  } else {
                    watchIdle(left);
                  }
                },
                nanos,
                TimeUnit.NANOSECONDS);
  }
}
