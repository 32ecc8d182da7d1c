package dev.sekisho.data.origin;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections on which an origin authenticated the connection itself (NTLM, Negotiate: RFC 4559).
 * They belong to the one client connection that proved who it is, and end with it; no other client
 * ever gets one.
 */
public final class BoundConnections {
  private @Nullable Map<OriginKey, OriginConnection> bound;

  public @Nullable OriginConnection take(OriginKey key) {
    if (bound == null) {
      return null;
    }
    OriginConnection connection = bound.remove(key);
    return connection != null && connection.idle() ? connection : null;
  }

  public void give(OriginKey key, OriginConnection connection) {
    if (bound == null) {
      bound = new HashMap<>();
    }
    OriginConnection before = bound.put(key, connection);
    if (before != null) {
      before.close();
    }
  }

  public boolean has(OriginKey key) {
    return bound != null && bound.containsKey(key);
  }

  public void close() {
    if (bound != null) {
      bound.values().forEach(OriginConnection::close);
      bound = null;
    }
  }
}
