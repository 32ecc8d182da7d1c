package dev.sekisho.data.origin;

import dev.sekisho.net.Authority;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections on which an origin authenticated the connection itself (NTLM, Negotiate: RFC 4559).
 * They belong to the one client connection that proved who it is, and end with it; no other client
 * ever gets one.
 */
public final class BoundConnections {
  private @Nullable Map<Authority, OriginConnection> bound;

  public @Nullable OriginConnection take(Authority authority) {
    if (bound == null) {
      return null;
    }
    OriginConnection connection = bound.remove(authority);
    return connection != null && connection.idle() ? connection : null;
  }

  public void give(Authority authority, OriginConnection connection) {
    if (bound == null) {
      bound = new HashMap<>();
    }
    OriginConnection before = bound.put(authority, connection);
    if (before != null) {
      before.close();
    }
  }

  public boolean has(Authority authority) {
    return bound != null && bound.containsKey(authority);
  }

  public void close() {
    if (bound != null) {
      bound.values().forEach(OriginConnection::close);
      bound = null;
    }
  }
}
