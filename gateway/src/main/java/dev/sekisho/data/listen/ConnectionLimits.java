package dev.sekisho.data.listen;

import dev.sekisho.net.IpAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts client connections, in total and per client address. Shared by all event loops. */
public final class ConnectionLimits {
  private final int most;
  private final int mostPerClient;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<IpAddress, Integer> perClient = new ConcurrentHashMap<>();

  public ConnectionLimits(int most, int mostPerClient) {
    this.most = most;
    this.mostPerClient = mostPerClient;
  }

  /**
   * What became of the wish to have one more connection. After {@code ADMITTED}, {@link #leave}
   * must be called once.
   */
  public Admission enter(IpAddress address) {
    IpAddress client = address.client();
    if (total.incrementAndGet() > most) {
      total.decrementAndGet();
      return Admission.TOO_MANY;
    }
    if (perClient.merge(client, 1, Integer::sum) > mostPerClient) {
      leave(address);
      return Admission.TOO_MANY_FROM_CLIENT;
    }
    return Admission.ADMITTED;
  }

  public void leave(IpAddress address) {
    IpAddress client = address.client();
    total.decrementAndGet();
    perClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
  }

  public int total() {
    return total.get();
  }

  public enum Admission {
    ADMITTED,
    TOO_MANY,
    TOO_MANY_FROM_CLIENT
  }
}
