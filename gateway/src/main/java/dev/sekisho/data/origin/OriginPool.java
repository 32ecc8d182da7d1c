package dev.sekisho.data.origin;

import dev.sekisho.net.IpAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop, by what the client asked for and how it is secured. The one used last is used next,
 * so that those not needed grow old and are closed. Connections whose origin authenticated the
 * connection itself (NTLM, Negotiate) must never be given here.
 */
public final class OriginPool {
  private final OriginConfig.PoolLimits limits;
  private final Map<OriginKey, ArrayDeque<OriginConnection>> idle = new HashMap<>();
  private int size;

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
    for (Iterator<OriginConnection> each = resting.iterator(); each.hasNext(); ) {
      OriginConnection connection = each.next();
      if (!connection.idle()) {
        each.remove();
        size--;
      } else if (nowNanos - connection.idleSinceNanos() <= youngerThanNanos
          && addresses.contains(connection.address())) {
        each.remove();
        size--;
        return connection;
      }
    }
    return null;
  }

  /** Keeps a connection that is in step, or closes it when there are enough. */
  public void give(OriginKey key, OriginConnection connection, long nowNanos) {
    ArrayDeque<OriginConnection> resting =
        idle.computeIfAbsent(key, _ -> new ArrayDeque<>(4));
    if (size >= limits.total() || resting.size() >= limits.perOrigin() || !connection.idle()) {
      connection.close();
      return;
    }
    connection.restSince(nowNanos);
    resting.addFirst(connection);
    size++;
  }

  /** Closes what has rested too long. Called about once a second. */
  public void sweep(long nowNanos) {
    long most = limits.idle().toNanos();
    idle.values()
        .removeIf(resting -> {
          resting.removeIf(connection -> {
            boolean over = !connection.idle() || nowNanos - connection.idleSinceNanos() > most;
            if (over) {
              connection.close();
              size--;
            }
            return over;
          });
          return resting.isEmpty();
        });
  }

  public int size() {
    return size;
  }

  public void close() {
    idle.values().forEach(resting -> resting.forEach(OriginConnection::close));
    idle.clear();
    size = 0;
  }
}
