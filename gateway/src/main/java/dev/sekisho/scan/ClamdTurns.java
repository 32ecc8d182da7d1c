package dev.sekisho.scan;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who may give a body to which clamd now. Each clamd takes so many bodies at a time; of those that
 * are up and have room, the one with the fewest gets the next body. One that is down is asked only
 * by a body that has no other left. Who has to wait is served in order of arrival.
 */
final class ClamdTurns {
  private record Waiting(Set<ClamdNode> among, CompletableFuture<ClamdNode> turn) {}

  private final List<ClamdNode> nodes;
  private final Map<ClamdNode, Integer> taken = new HashMap<>();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();

  ClamdTurns(List<ClamdNode> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Waits for a turn with one of these, which has to be given back.
   *
   * @return empty when the time was up
   */
  Optional<ClamdNode> take(Set<ClamdNode> among, long deadline) throws InterruptedException {
    var waiting = new Waiting(Set.copyOf(among), new CompletableFuture<>());
    lock.lock();
    try {
      queue.add(waiting);
      serve();
    } finally {
      lock.unlock();
    }
    try {
      return Optional.of(
          waiting.turn.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
    } catch (TimeoutException _) {
      return withdraw(waiting);
    } catch (InterruptedException e) {
      withdraw(waiting).ifPresent(this::giveBack);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody fails a turn", e);
    }
  }

  void giveBack(ClamdNode node) {
    lock.lock();
    try {
      taken.merge(node, -1, Integer::sum);
      serve();
    } finally {
      lock.unlock();
    }
  }

  /** One of them may have come up, and have room for those who wait for others. */
  void changed() {
    lock.lock();
    try {
      serve();
    } finally {
      lock.unlock();
    }
  }

  private Optional<ClamdNode> withdraw(Waiting waiting) {
    lock.lock();
    try {
      queue.remove(waiting);
      return Optional.ofNullable(waiting.turn.getNow(null));
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    Iterator<Waiting> all = queue.iterator();
    while (all.hasNext() && nodes.stream().anyMatch(this::hasRoom)) {
      Waiting first = all.next();
      Optional<ClamdNode> node = choose(first.among);
      if (node.isPresent()) {
        taken.merge(node.get(), 1, Integer::sum);
        all.remove();
        first.turn.complete(node.get());
      }
    }
  }

  private Optional<ClamdNode> choose(Set<ClamdNode> among) {
    boolean noneUp = among.stream().allMatch(ClamdNode::isDown);
    return nodes.stream()
        .filter(among::contains)
        .filter(node -> noneUp || !node.isDown())
        .filter(this::hasRoom)
        .min(Comparator.comparingInt(this::taken));
  }

  private boolean hasRoom(ClamdNode node) {
    return taken(node) < node.sessions();
  }

  private int taken(ClamdNode node) {
    return taken.getOrDefault(node, 0);
  }
}
