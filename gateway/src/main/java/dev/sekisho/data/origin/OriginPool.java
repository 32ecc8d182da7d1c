package dev.sekisho.data.origin;

import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Idle HTTP/1.1 connections of one event loop, to be used on that loop only. The one used last is given out first, so that the
 * others grow old and go. Whatever stirs while idle is closed: an origin that speaks unasked is broken, or prepares an answer to
 * somebody else's request.
 *
 * <p>A connection that carries a client's identity (NTLM, Negotiate) must never be given to the pool, for the key says nothing about
 * clients.
 */
public final class OriginPool implements Closeable {
  private static final String GUARD = "idle-guard";

  private final EventLoop loop;
  private final OriginConfig.PoolLimits limits;
  private final Map<Key, Deque<Idle>> byKey = new HashMap<>();
  /** The one that has been idle longest comes first. */
  private final Set<Idle> byAge = new LinkedHashSet<>();
  private @Nullable Future<?> sweep;
  private boolean closed;

  /**
   * Connections that may serve the same exchanges.
   *
   * @param origin as the exchange names it, before resolution
   * @param source the gateway's own address, when a route demands one
   */
  public record Key(Authority origin, Optional<IpAddress> source) {}

  public OriginPool(EventLoop loop, OriginConfig.PoolLimits limits) {
    this.loop = loop;
    this.limits = limits;
  }

  /**
   * An idle connection whose address is still permitted, or null. Addresses that are not permitted stay for those to whom they are.
   * The connection now belongs to the caller, with auto-read off.
   *
   * @param permitted judges the address by today's policy and this exchange's rule
   */
  public @Nullable PooledConnection take(Key key, Predicate<IpAddress> permitted) {
    @Nullable Deque<Idle> idles = byKey.get(key);
    if (idles == null) {
      return null;
    }
    for (Idle idle : List.copyOf(idles)) {
      if (!idle.connection.channel().isActive()) {
        idle.close();
      } else if (permitted.test(idle.connection.address())) {
        idle.release();
        return idle.connection;
      }
    }
    return null;
  }

  /**
   * Keeps a connection after an exchange that ended cleanly, all of whose bytes were read. It belongs to the pool from now on and may
   * be closed at once when the pool is full or the connection is not fit.
   */
  public void give(Key key, PooledConnection connection) {
    Channel channel = connection.channel();
    if (closed || !channel.isActive() || limits.perOrigin() == 0 || limits.total() == 0) {
      channel.close();
      return;
    }
    Deque<Idle> idles = byKey.computeIfAbsent(key, _ -> new ArrayDeque<>());
    if (idles.size() >= limits.perOrigin()) {
      idles.getLast().close();
    }
    if (byAge.size() >= limits.total()) {
      byAge.iterator().next().close();
    }
    Idle idle = new Idle(key, connection, loop.ticker().nanoTime());
    byKey.computeIfAbsent(key, _ -> new ArrayDeque<>()).addFirst(idle);
    byAge.add(idle);
    channel.config().setAutoRead(false);
    channel.pipeline().addFirst(GUARD, idle);
    channel.read();
    armSweep();
  }

  /** Connections idle now. */
  public int size() {
    return byAge.size();
  }

  /** Closes all, and whatever is given from now on. */
  @Override
  public void close() {
    closed = true;
    new ArrayList<>(byAge).forEach(Idle::close);
    if (sweep != null) {
      sweep.cancel(false);
      sweep = null;
    }
  }

  private void armSweep() {
    Iterator<Idle> oldest = byAge.iterator();
    if (sweep == null && oldest.hasNext()) {
      long age = loop.ticker().nanoTime() - oldest.next().since;
      sweep = loop.schedule(this::sweep, Math.max(limits.idle().toNanos() - age, 1), TimeUnit.NANOSECONDS);
    }
  }

  private void sweep() {
    sweep = null;
    long now = loop.ticker().nanoTime();
    for (Idle idle : List.copyOf(byAge)) {
      if (now - idle.since < limits.idle().toNanos()) {
        break;
      }
      idle.close();
    }
    armSweep();
  }

  /** An idle connection and the first handler in its pipeline, before which nothing gets. */
  private final class Idle extends ChannelInboundHandlerAdapter {
    private final Key key;
    private final PooledConnection connection;
    private final long since;

    Idle(Key key, PooledConnection connection, long since) {
      this.key = key;
      this.connection = connection;
      this.since = since;
    }

    void release() {
      forget();
      connection.channel().pipeline().remove(this);
    }

    void close() {
      forget();
      connection.channel().close();
    }

    private void forget() {
      byAge.remove(this);
      @Nullable Deque<Idle> idles = byKey.get(key);
      if (idles != null && idles.remove(this) && idles.isEmpty()) {
        byKey.remove(key);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      forget();
      ctx.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
        close();
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      close();
    }
  }
}
