package dev.sekisho.data.names;

import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which name servers kept silent lately. One of those is asked last for half a minute, so that a
 * dead first one in the list costs one look-up its patience and not every look-up.
 */
final class Standing {
  private static final long REST = Duration.ofSeconds(30).toNanos();

  private final Ticker ticker;
  private final Map<InetSocketAddress, Long> silentSince = new ConcurrentHashMap<>();

  Standing(Ticker ticker) {
    this.ticker = ticker;
  }

  void silent(InetSocketAddress server) {
    silentSince.put(server, ticker.read());
  }

  void answered(InetSocketAddress server) {
    if (!silentSince.isEmpty()) {
      silentSince.remove(server);
    }
  }

  List<InetSocketAddress> order(List<InetSocketAddress> servers) {
    if (silentSince.isEmpty()) {
      return servers;
    }
    List<InetSocketAddress> good = new ArrayList<>();
    List<InetSocketAddress> resting = new ArrayList<>();
    for (InetSocketAddress server : servers) {
      @Nullable Long since = silentSince.get(server);
      (since == null || ticker.read() - since >= REST ? good : resting).add(server);
    }
    good.addAll(resting);
    return good;
  }
}
