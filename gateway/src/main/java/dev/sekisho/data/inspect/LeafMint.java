package dev.sekisho.data.inspect;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mints leaf certificates and keeps their contexts.
 *
 * <p>A name that is not at hand becomes a flight, which all who ask for it meanwhile join. Flights
 * wait in a bounded queue for a few workers on virtual threads, who yield after each: a storm of
 * new names makes new names slow, or refuses them, those of whoever makes it first, and leaves
 * alone who has his already. A context is kept until its weight is needed for others, or for a day,
 * and never near to its leaf's end.
 *
 * <p>When the authority changes, what the old one signed drops out at once; connections that were
 * made by it go on.
 */
public final class LeafMint implements Leaves, Closeable {
  /** No context is kept longer, so that leaf keys and ticket keys go too. */
  static final Duration LONGEST_KEPT = Duration.ofHours(24);

  /** What a kept leaf weighs besides its chain: keys, entries and objects, by estimate. */
  static final int OVERHEAD = 512;

  private static final Logger LOG = LoggerFactory.getLogger(LeafMint.class);

  private static final String STOPPING = "The gateway is stopping.";
  private static final Minted TOO_MANY =
      new Minted.Failed("Too many new names at once wait for their certificates.");
  private static final Minted TOO_MANY_OF_CLIENT =
      new Minted.Failed("Too many new names of this client at once wait for their certificates.");

  private final Cache<Host, Kept> kept;
  private final ConcurrentHashMap<Host, Flight> flights = new ConcurrentHashMap<>();
  private final WaitingNames waiting;
  private final List<Thread> workers = new ArrayList<>();
  private final InstantSource clock;
  private volatile Epoch epoch;
  private volatile boolean closed;

  /** A context with the epoch it is of, and how long it may be kept. */
  private record Kept(LeafContext context, Epoch epoch, Duration span) {}

  private record Waiter(Executor loop, Consumer<Minted> then) {
    void answer(Minted minted) {
      try {
        loop.execute(() -> then.accept(minted));
      } catch (RejectedExecutionException _) {
        // The loop has ended, and its connections with it.
      }
    }
  }

  /** Everybody who waits for one name; changed only inside the map's compute. */
  private static final class Flight {
    private final IpAddress first;
    private final List<Waiter> waiters = new ArrayList<>(1);

    /**
     * @param first the client whose name it counts as
     */
    Flight(IpAddress first) {
      this.first = first;
    }
  }

  private LeafMint(Authority authority, MintLimits limits, InstantSource clock, Ticker ticker) {
    this.clock = clock;
    this.epoch = Epoch.first(authority, clock.instant());
    this.waiting = new WaitingNames(limits.waiting(), limits.waitingOfOneClient());
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(limits.bytes())
            .weigher((Host host, Kept one) -> weight(host, one.context()))
            .expireAfter(Expiry.<Host, Kept>creating((_, one) -> one.span()))
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  public static LeafMint start(Authority authority, MintLimits limits) {
    return start(authority, limits, InstantSource.system(), Ticker.systemTicker());
  }

  static LeafMint start(
      Authority authority, MintLimits limits, InstantSource clock, Ticker ticker) {
    LeafMint mint = new LeafMint(authority, limits, clock, ticker);
    for (int i = 0; i < limits.atOnce(); i++) {
      mint.workers.add(Thread.ofVirtual().name("mint-" + i).start(mint::work));
    }
    return mint;
  }

  @Override
  public @Nullable SslContext known(Host host) {
    Kept one = kept.getIfPresent(host);
    return one == null ? null : one.context();
  }

  @Override
  public void mint(Host host, IpAddress client, Executor loop, Consumer<Minted> then) {
    Waiter waiter = new Waiter(loop, then);
    IpAddress first = client.client();
    WaitingNames.Place[] place = {WaitingNames.Place.GIVEN};
    flights.compute(
        host,
        (_, there) -> {
          if (there == null) {
            place[0] = waiting.enter(host, first);
          }
          return switch (place[0]) {
            case GIVEN -> {
              Flight flight = there == null ? new Flight(first) : there;
              flight.waiters.add(waiter);
              yield flight;
            }
            case NONE_LEFT, NONE_LEFT_FOR_CLIENT -> null;
          };
        });
    switch (place[0]) {
      case GIVEN -> {}
      case NONE_LEFT -> waiter.answer(TOO_MANY);
      case NONE_LEFT_FOR_CLIENT -> waiter.answer(TOO_MANY_OF_CLIENT);
    }
    if (closed) {
      land(host, new Minted.Failed(STOPPING));
    }
  }

  /**
   * Signs by another authority from now on; an authority that is in use already changes nothing.
   */
  public void use(Authority authority) {
    synchronized (this) {
      if (authority.certificate().equals(epoch.authority().certificate())) {
        return;
      }
      epoch = Epoch.first(authority, clock.instant());
    }
    kept.invalidateAll();
  }

  /** How many contexts are kept. */
  public long size() {
    return kept.estimatedSize();
  }

  /** Lets everything go; connections that are open keep what they need. */
  @Override
  public void close() {
    closed = true;
    workers.forEach(Thread::interrupt);
    try {
      for (Thread worker : workers) {
        worker.join(Duration.ofSeconds(5)); // the certificate in hand takes a millisecond
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    for (Host host : List.copyOf(flights.keySet())) {
      land(host, new Minted.Failed(STOPPING));
    }
    kept.invalidateAll();
    kept.cleanUp();
  }

  private void work() {
    while (true) {
      try {
        Host host = waiting.take();
        land(host, minted(host));
        Thread.yield();
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  /** Whatever goes wrong is an answer, or the worker would be gone for all names after this. */
  private Minted minted(Host host) {
    String where = "the authority '" + name(epoch.authority()) + "'";
    try {
      return leaf(host);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      LOG.error("No certificate for {} by {}", host.text(), where, e);
      return new Minted.Failed("The certificate could not be made by " + where + ".");
    }
  }

  private Minted leaf(Host host) throws GeneralSecurityException, IOException {
    // Somebody may have asked again between a landing and his look at what is kept.
    Kept there = kept.getIfPresent(host);
    if (there != null) {
      return new Minted.Leaf(there.context());
    }
    Instant now = clock.instant();
    Epoch current = epochAt(now);
    var age = AuthorityFile.age(current.authority(), "use", now);
    if (age.isPresent()) {
      LOG.error("No certificate for {}: {}", host.text(), age.get());
      return new Minted.Failed("No certificate can be made: " + age.get());
    }
    Epoch.Leaf leaf = current.mint(host, now);
    keep(host, new Kept(leaf.context(), current, span(now, leaf.until())));
    return new Minted.Leaf(leaf.context());
  }

  /**
   * What an old authority signed must not be found after the change, so whoever puts looks again
   * afterwards.
   */
  private void keep(Host host, Kept one) {
    kept.put(host, one);
    if (!one.epoch().authority().certificate().equals(epoch.authority().certificate())) {
      kept.asMap().remove(host, one);
    }
  }

  /** A day, or half of what is left of the leaf when that is less. */
  private static Duration span(Instant now, Instant until) {
    Duration half = Duration.between(now, until).dividedBy(2);
    return half.compareTo(LONGEST_KEPT) < 0 ? half : LONGEST_KEPT;
  }

  private static int weight(Host host, LeafContext leaf) {
    return OVERHEAD + 2 * host.text().length() + leaf.bytes();
  }

  private synchronized Epoch epochAt(Instant now) {
    if (now.isAfter(epoch.begin().plus(LONGEST_KEPT))) {
      epoch = epoch.next(now);
    }
    return epoch;
  }

  private void land(Host host, Minted minted) {
    Flight flight = flights.remove(host);
    if (flight != null) {
      waiting.left(flight.first);
      flight.waiters.forEach(waiter -> waiter.answer(minted));
    }
  }

  private static String name(Authority authority) {
    return authority.certificate().getSubjectX500Principal().getName();
  }
}
