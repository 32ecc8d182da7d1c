package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every client connection that is open, tunnels included, over all event loops: what has to be
 * waited for at shutdown.
 */
final class Guests implements House {
  private final ConnectionLimits limits;
  private final Set<ClientConnection> present = ConcurrentHashMap.newKeySet();
  private volatile Mood mood = Mood.OPEN;

  private enum Mood {
    OPEN,
    DRAINING
  }

  Guests(ConnectionLimits limits) {
    this.limits = limits;
  }

  @Override
  public void arrived(ClientConnection connection) {
    present.add(connection);
  }

  @Override
  public void left(ClientConnection connection, IpAddress client) {
    present.remove(connection);
    limits.leave(client);
  }

  /** From now on every connection is closed after the exchange it carries. */
  void drain() {
    mood = Mood.DRAINING;
  }

  @Override
  public boolean draining() {
    return mood == Mood.DRAINING;
  }

  int count() {
    return present.size();
  }

  List<ClientConnection> all() {
    return new ArrayList<>(present);
  }
}
