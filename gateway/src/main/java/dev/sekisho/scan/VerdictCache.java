package dev.sekisho.scan;

import java.io.Closeable;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Verdicts of bodies that were scanned before. One counts only while the engines say that they are
 * what they were when they gave it. A body of which the same is under scan already waits for that
 * verdict instead of being scanned beside it.
 */
final class VerdictCache implements Closeable {
  /** Asks the engines. */
  interface Scan {
    Verdict now() throws InterruptedException;
  }

  /** What a scan for several came to. */
  private sealed interface Outcome {
    /**
     * @param version of the engines that gave it
     */
    record Settled(Verdict verdict, String version) implements Outcome {}

    /** There was a verdict, which is for that one body alone. */
    record Unsettled() implements Outcome {}

    /** Nobody waited for it to its end: another one may scan. */
    record Abandoned() implements Outcome {}
  }

  private final CacheConfig config;
  private final Function<Scanner.Direction, String> versions;
  private final InstantSource clock;
  private final Optional<VerdictFile> file;
  private final Map<VerdictKey, CompletableFuture<Outcome>> flights = new ConcurrentHashMap<>();
  private final Map<VerdictKey, KnownVerdict> known = new LinkedHashMap<>(16, .75f, true);
  private final ReentrantLock lock = new ReentrantLock();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private String lastVersion = "";

  /**
   * @param versions what the engines' findings in bodies that go this way rest on now; empty while
   *     that is not known
   * @param file where verdicts are kept while nobody runs
   */
  VerdictCache(
      CacheConfig config,
      Function<Scanner.Direction, String> versions,
      InstantSource clock,
      Optional<VerdictFile> file) {
    this.config = config;
    this.versions = versions;
    this.clock = clock;
    this.file = file;
    file.ifPresent(kept -> kept.begin(this::put, this::copy));
  }

  Scanner.Lookups lookups() {
    return new Scanner.Lookups(hits.sum(), misses.sum());
  }

  /**
   * The verdict that is known, or that of a scan.
   *
   * @param deadline of {@link System#nanoTime}; after it nobody is waited for, and the scan itself
   *     will say that the time is up
   */
  Verdict of(Body body, long deadline, Scan scan) throws InterruptedException {
    Supplier<String> version = () -> versions.apply(body.subject().direction());
    if (version.get().isEmpty()) {
      return missed(scan);
    }
    Optional<VerdictKey> key = VerdictKey.of(body);
    return key.isEmpty() ? missed(scan) : of(key.get(), version, deadline, scan);
  }

  private Verdict of(VerdictKey key, Supplier<String> version, long deadline, Scan scan)
      throws InterruptedException {
    while (true) {
      Optional<Verdict> found = find(key, version.get());
      if (found.isPresent()) {
        hits.increment();
        return found.get();
      }
      var mine = new CompletableFuture<Outcome>();
      CompletableFuture<Outcome> other = flights.putIfAbsent(key, mine);
      if (other == null) {
        return lead(key, version, mine, scan);
      }
      switch (await(other, deadline)) {
        case Outcome.Settled(Verdict verdict, String rests) when rests.equals(version.get()) -> {
          hits.increment();
          return verdict;
        }
        // Scanned by others, since one body went up and one down.
        case Outcome.Settled _ -> {
          return missed(scan);
        }
        case Outcome.Unsettled _ -> {
          return missed(scan);
        }
        case Outcome.Abandoned _ -> {}
      }
    }
  }

  private static Outcome await(CompletableFuture<Outcome> other, long deadline)
      throws InterruptedException {
    try {
      return other.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return new Outcome.Unsettled();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a scan for several ends with an outcome", e);
    }
  }

  private Verdict lead(
      VerdictKey key, Supplier<String> version, CompletableFuture<Outcome> flight, Scan scan)
      throws InterruptedException {
    Outcome outcome = new Outcome.Abandoned();
    try {
      // It may have been settled between the look and the take-off.
      Optional<Verdict> found = find(key, version.get());
      if (found.isPresent()) {
        hits.increment();
        outcome = new Outcome.Settled(found.get(), version.get());
        return found.get();
      }
      String before = version.get();
      Verdict verdict = missed(scan);
      outcome = keep(key, verdict, before, version.get());
      return verdict;
    } finally {
      flights.remove(key, flight);
      flight.complete(outcome);
    }
  }

  private Verdict missed(Scan scan) throws InterruptedException {
    misses.increment();
    return scan.now();
  }

  private Outcome keep(VerdictKey key, Verdict verdict, String before, String after) {
    if (after.isEmpty() || !after.equals(before)) {
      return new Outcome.Unsettled();
    }
    return KnownVerdict.of(verdict, after, clock.millis())
        .<Outcome>map(lasting -> {
          put(key, lasting);
          return new Outcome.Settled(verdict, after);
        })
        .orElseGet(Outcome.Unsettled::new);
  }

  private Optional<Verdict> find(VerdictKey key, String version) {
    lock.lock();
    try {
      KnownVerdict found = known.get(key);
      if (found == null) {
        return Optional.empty();
      }
      if (version.isEmpty() || !found.holds(version, clock.millis(), config.keep())) {
        return Optional.empty();
      }
      return Optional.of(found.verdict());
    } finally {
      lock.unlock();
    }
  }

  private void put(VerdictKey key, KnownVerdict verdict) {
    lock.lock();
    try {
      // One text for all that have it.
      if (!lastVersion.equals(verdict.version())) {
        lastVersion = verdict.version();
      }
      known.put(key, new KnownVerdict(verdict.verdict(), lastVersion, verdict.millis()));
      if (known.size() > config.entries()) {
        known.remove(known.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }

  /** What may still be of use, the least used first. */
  private Map<VerdictKey, KnownVerdict> copy() {
    long now = clock.millis();
    lock.lock();
    try {
      known.values().removeIf(one -> !one.holds(one.version(), now, config.keep()));
      return new LinkedHashMap<>(known);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    file.ifPresent(VerdictFile::close);
  }
}
