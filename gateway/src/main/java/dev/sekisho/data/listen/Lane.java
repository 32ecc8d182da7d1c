package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Gate;
import dev.sekisho.data.http1.HeadLimits;
import dev.sekisho.data.http1.RequestWriter;
import dev.sekisho.data.http1.ResponseWriter;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.origin.Dialler;
import dev.sekisho.data.origin.OriginConfig;
import dev.sekisho.data.origin.OriginPool;
import dev.sekisho.data.origin.OriginTls;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.scan.Scanner;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop, and what the connections on it share. */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private static final long SOON_MILLIS = 5;

  private final EventLoop loop;
  private final Gate gate;
  private final Means means;
  private final LimitsConfig limits;
  private final Voice voice;
  private final OwnAddresses own;
  private final HeadLimits headLimits;
  private final Deadlines deadlines;
  private final OriginPool pool;
  private final LoopLag lag;
  private final Future<?> sweep;

  /** What reaches origins; shared by all lanes. */
  record Means(
      Resolver resolver,
      Dialler dialler,
      OriginTls originTls,
      Tunnels tunnels,
      OriginConfig origin,
      InspectionMeans inspection,
      EventLoopGroup handshakes,
      Scanner scanner,
      KeptBodies kept,
      PagedFiles paged) {}

  /**
   * How the gateway speaks to others.
   *
   * @param pseudonym its name in Via fields (RFC 9110 §7.6.3); unique, so that a loop is recognised
   */
  record Voice(String pseudonym, RequestWriter requests, ResponseWriter responses) {
    static Voice of(String pseudonym) {
      return new Voice(pseudonym, new RequestWriter(pseudonym), new ResponseWriter(pseudonym));
    }
  }

  Lane(EventLoop loop, Gate gate, Means means, LimitsConfig limits, Voice voice, OwnAddresses own) {
    this.loop = loop;
    this.gate = gate;
    this.means = means;
    this.limits = limits;
    this.voice = voice;
    this.own = own;
    this.headLimits =
        new HeadLimits(limits.headerBlock(), limits.requestLine(), HeadLimits.DEFAULT.fields());
    this.deadlines = new Deadlines(loop);
    this.pool = new OriginPool(means.origin().pool());
    this.lag = LoopLag.watch(loop);
    this.sweep = loop.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private void sweep() {
    try {
      sweepPool();
      gate.flood().sweep(WallClock.micros());
    } catch (RuntimeException defect) {
      LOG.error("A defect in the gateway; please report it.", defect);
    }
  }

  private void sweepPool() {
    switch (pool.sweep(deadlines.nowNanos())) {
      case ALL -> {}
      case SOME -> {
        var _ = loop.schedule(this::sweepPool, SOON_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Lets go of everything; on the loop. */
  void close() {
    sweep.cancel(false);
    deadlines.stop();
    pool.close();
    gate.flood().sweep(Long.MAX_VALUE);
  }

  EventLoop loop() {
    return loop;
  }

  /** A loop for a handshake that is too much for this one. */
  EventLoop handshakes() {
    return means.handshakes().next();
  }

  Gate gate() {
    return gate;
  }

  Means means() {
    return means;
  }

  LimitsConfig limits() {
    return limits;
  }

  Voice voice() {
    return voice;
  }

  OwnAddresses own() {
    return own;
  }

  HeadLimits headLimits() {
    return headLimits;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  OriginPool pool() {
    return pool;
  }

  LoopLag lag() {
    return lag;
  }
}
