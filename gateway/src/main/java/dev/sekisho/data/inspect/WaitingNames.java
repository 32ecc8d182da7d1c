package dev.sekisho.data.inspect;

import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names that wait to be minted: so many in all, and so many that one client was the first to ask
 * for, so that nobody takes all the places by making names up. Used by all event loops and workers.
 */
final class WaitingNames {
  private final BlockingQueue<Host> queue;
  private final int mostOfOneClient;
  private final ConcurrentHashMap<IpAddress, Integer> perClient = new ConcurrentHashMap<>();

  WaitingNames(int most, int mostOfOneClient) {
    this.queue = new ArrayBlockingQueue<>(most);
    this.mostOfOneClient = mostOfOneClient;
  }

  /** What became of the wish to wait. After {@code GIVEN}, {@link #left} must be called once. */
  enum Place {
    GIVEN,
    NONE_LEFT,
    NONE_LEFT_FOR_CLIENT
  }

  /**
   * @param client as limits count clients, see {@link IpAddress#client}
   */
  Place enter(Host host, IpAddress client) {
    if (perClient.merge(client, 1, Integer::sum) > mostOfOneClient) {
      left(client);
      return Place.NONE_LEFT_FOR_CLIENT;
    }
    if (!queue.offer(host)) {
      left(client);
      return Place.NONE_LEFT;
    }
    return Place.GIVEN;
  }

  /** A name that this client was the first to ask for has its certificate, or will get none. */
  void left(IpAddress client) {
    perClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
  }

  /** The next name; waits for one. */
  Host take() throws InterruptedException {
    return queue.take();
  }
}
