package dev.sekisho.data.listen;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.Verdict;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that were fetched whole and found clean because somebody asked for a part of one, kept for
 * a while for whoever asks for the next part with the same request. Who asks while the first is
 * still fetching waits for it. Shared by all event loops.
 */
final class KeptBodies implements Closeable {
  /** KiB that one costs besides its body. */
  private static final int AROUND = 32;

  private final Cache<Key, Kept> kept;
  private final Map<Key, List<Waiter>> fetching = new HashMap<>();

  /**
   * Everything of a request that its answer depends on: nothing is given to another user, nor to a
   * request that differs in any field but those that name the part.
   */
  record Key(String url, String user, String fields) {}

  /**
   * One body with its head; counted as {@link HeldBody} is.
   *
   * @param verdict what the record of each part says
   */
  record Kept(ResponseHead head, HeldBody body, Verdict verdict) {}

  /** What becomes of one who asks. */
  sealed interface Turn {
    /** Nobody has it: fetch it, then {@link KeptBodies#settle}. */
    record First() implements Turn {}

    /** Here it is; its body is held for the asker. */
    record There(Kept kept) implements Turn {}

    /** The first could not keep it: fetch it for yourself. */
    record Alone() implements Turn {}
  }

  private record Waiter(Executor loop, Consumer<Turn> then) {
    void tell(Turn turn) {
      try {
        loop.execute(() -> then.accept(turn));
      } catch (RejectedExecutionException _) {
        if (turn instanceof Turn.There(Kept there)) {
          there.body().release();
        }
      }
    }
  }

  /**
   * @param most bytes of all bodies together; the least useful go first
   */
  KeptBodies(Duration keep, long most) {
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(Math.max(1, most >> 10))
            .weigher((Key _, Kept one) -> kibibytes(one))
            .expireAfterWrite(keep)
            .scheduler(Scheduler.systemScheduler())
            .executor(Runnable::run)
            .<Key, Kept>removalListener((_, one, _) -> letGo(one))
            .build();
  }

  /** With its heads, or a million small ones would be more than their bodies. */
  private static int kibibytes(Kept one) {
    return (int) Math.min(Integer.MAX_VALUE, AROUND + (one.body().length() >> 10));
  }

  private static void letGo(@Nullable Kept one) {
    if (one != null) {
      one.body().release();
    }
  }

  /** Answers once: at once for the first, else on the loop. */
  void ask(Key key, Executor loop, Consumer<Turn> then) {
    Turn turn = turn(key, new Waiter(loop, then));
    if (turn != null) {
      then.accept(turn);
    }
  }

  private synchronized @Nullable Turn turn(Key key, Waiter waiter) {
    Kept there = kept.getIfPresent(key);
    // What has had its time is let go on another thread.
    if (there != null && there.body().retainIfHeld()) {
      return new Turn.There(there);
    }
    List<Waiter> waiters = fetching.get(key);
    if (waiters != null) {
      waiters.add(waiter);
      return null;
    }
    fetching.put(key, new ArrayList<>());
    return new Turn.First();
  }

  /** Who asked so waits no longer; may be told all the same, when that is on its way. */
  synchronized void forget(Key key, Consumer<Turn> asked) {
    List<Waiter> waiters = fetching.get(key);
    if (waiters != null) {
      waiters.removeIf(waiter -> waiter.then() == asked);
    }
  }

  /** What is kept, if it is; its body is held for the caller. */
  synchronized Optional<Kept> find(Key key) {
    return Optional.ofNullable(kept.getIfPresent(key)).filter(one -> one.body().retainIfHeld());
  }

  /** Keeps one that nobody waits for; whether there is room. */
  synchronized boolean keep(Key key, Kept one) {
    one.body().retain();
    kept.put(key, one);
    // What does not fit goes at once, and a new one before those that are asked for often.
    kept.cleanUp();
    return kept.getIfPresent(key) != null;
  }

  /** The first goes without an answer that is of use to others: the next becomes the first. */
  void pass(Key key) {
    Waiter next = next(key);
    if (next != null) {
      next.tell(new Turn.First());
    }
  }

  private synchronized @Nullable Waiter next(Key key) {
    List<Waiter> waiters = fetching.get(key);
    if (waiters == null || waiters.isEmpty()) {
      fetching.remove(key);
      return null;
    }
    return waiters.removeFirst();
  }

  /** What the first came to; once for each {@link Turn.First}. The body is held for all of them. */
  void settle(Key key, Optional<Kept> found) {
    List<Waiter> waiters = settled(key, found);
    for (Waiter waiter : waiters) {
      waiter.tell(found.<Turn>map(Turn.There::new).orElseGet(Turn.Alone::new));
    }
  }

  private synchronized List<Waiter> settled(Key key, Optional<Kept> found) {
    List<Waiter> waiters = fetching.remove(key);
    List<Waiter> told = waiters == null ? List.of() : waiters;
    found.ifPresent(one -> {
      one.body().retain();
      told.forEach(_ -> one.body().retain());
      kept.put(key, one);
    });
    return told;
  }

  @Override
  public void close() {
    kept.invalidateAll();
    kept.cleanUp();
  }
}
