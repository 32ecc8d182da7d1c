package dev.sekisho.data.origin;

import dev.sekisho.net.IpAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop, by what the client asked for. The one used last is used next,
 * so that those not needed grow old and are closed; where there are too many, the oldest makes
 * room, or origins that are asked once would keep out those that are asked all the time.
 * Connections whose origin authenticated the connection itself (NTLM, Negotiate) must never be
 * given here.
 */
public final class OriginPool {
  /** A thousand that grow old together must not keep the loop from its work. */
  private static final int MOST_CLOSED_AT_ONCE = 16;

  private final OriginConfig.PoolLimits limits;
  private final Map<OriginKey, ArrayDeque<OriginConnection>> idle = new HashMap<>();

  /** The oldest first. */
  private final LinkedHashMap<OriginConnection, OriginKey> byAge = new LinkedHashMap<>();

  /** What a sweep came to. */
  public enum Swept {
    ALL,
    /** More have rested too long than are closed at once. */
    SOME
  }

  public OriginPool(OriginConfig.PoolLimits limits) {
    this.limits = limits;
  }

  /**
   * A connection to one of the addresses, which were judged for this exchange, or null.
   *
   * @param youngerThanNanos not one that has rested longer: the origin may be closing it while a
   *     request that cannot be repeated is on its way
   */
  public @Nullable OriginConnection take(
      OriginKey key, List<IpAddress> addresses, long youngerThanNanos, long nowNanos) {
    ArrayDeque<OriginConnection> resting = idle.get(key);
    if (resting == null) {
      return null;
    }
    OriginConnection found = null;
    for (Iterator<OriginConnection> each = resting.iterator(); each.hasNext() && found == null; ) {
      OriginConnection connection = each.next();
      if (!connection.idle()) {
        each.remove();
        byAge.remove(connection);
      } else if (nowNanos - connection.idleSinceNanos() <= youngerThanNanos
          && addresses.contains(connection.address())) {
        each.remove();
        byAge.remove(connection);
        found = connection;
      }
    }
    if (resting.isEmpty()) {
      idle.remove(key);
    }
    return found;
  }

  /** Keeps a connection that is in step, or closes it when there are enough to this origin. */
  public void give(OriginKey key, OriginConnection connection, long nowNanos) {
    if (!connection.idle() || limits.total() == 0 || restingTo(key) >= limits.perOrigin()) {
      connection.close();
      return;
    }
    if (byAge.size() >= limits.total()) {
      close(byAge.firstEntry());
    }
    connection.restSince(nowNanos);
    idle.computeIfAbsent(key, _ -> new ArrayDeque<>(4)).addFirst(connection);
    byAge.put(connection, key);
  }

  private int restingTo(OriginKey key) {
    ArrayDeque<OriginConnection> resting = idle.get(key);
    return resting == null ? 0 : resting.size();
  }

  private void close(Map.Entry<OriginConnection, OriginKey> one) {
    forget(one);
    one.getKey().close();
  }

  private void forget(Map.Entry<OriginConnection, OriginKey> one) {
    byAge.remove(one.getKey());
    ArrayDeque<OriginConnection> resting = idle.get(one.getValue());
    if (resting != null && resting.remove(one.getKey()) && resting.isEmpty()) {
      idle.remove(one.getValue());
    }
  }

  /**
   * Forgets what has ended and closes what has rested too long, a few at once. Called about once a
   * second, and again soon while some are left.
   */
  public Swept sweep(long nowNanos) {
    List<Map.Entry<OriginConnection, OriginKey>> over = new ArrayList<>();
    for (Map.Entry<OriginConnection, OriginKey> one : byAge.entrySet()) {
      if (!one.getKey().idle()) {
        over.add(Map.entry(one.getKey(), one.getValue()));
      }
    }
    over.forEach(this::forget);
    long most = limits.idle().toNanos();
    for (int closed = 0; !byAge.isEmpty(); closed++) {
      Map.Entry<OriginConnection, OriginKey> oldest = byAge.firstEntry();
      if (nowNanos - oldest.getKey().idleSinceNanos() <= most) {
        return Swept.ALL;
      }
      if (closed == MOST_CLOSED_AT_ONCE) {
        return Swept.SOME;
      }
      close(oldest);
    }
    return Swept.ALL;
  }

  public int size() {
    return byAge.size();
  }

  public void close() {
    byAge.keySet().forEach(OriginConnection::close);
    byAge.clear();
    idle.clear();
  }
}
