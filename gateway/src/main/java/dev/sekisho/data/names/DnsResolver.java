package dev.sekisho.data.names;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.channel.EventLoop;
import java.io.Closeable;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names by special use, hosts file, cache, and DNS, in this order. A stub resolver: it asks the
 * name servers the host or the configuration names, which do the walking. One for the whole
 * gateway, used from every event loop.
 */
public final class DnsResolver implements Resolver, Closeable {
  /**
   * Each look-up holds two sockets: no client may exhaust the descriptors with names whose servers
   * keep silent.
   */
  private static final int MOST_LOOKUPS = 2048;

  private final NamesConfig config;
  private final Transport transport;
  private final Surroundings surroundings;
  private final Standing standing;
  private final int mostLookups;
  private final Cache<DomainName, Outcome> cache;
  private final Map<DomainName, Lookup> lookups = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final SecureRandom random = new SecureRandom();
  private final LongAdder local = new LongAdder();
  private final LongAdder cached = new LongAdder();
  private final LongAdder asked = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /**
   * How often names were asked for since the start.
   *
   * @param local answered by the hosts file or because of a special use
   * @param cached answered from the cache
   * @param asked look-ups in DNS
   * @param failed those of them that ended without an address
   */
  public record Counts(long local, long cached, long asked, long failed) {}

  DnsResolver(
      NamesConfig config,
      Transport transport,
      Surroundings surroundings,
      Ticker ticker,
      int mostLookups) {
    this.config = config;
    this.transport = transport;
    this.surroundings = surroundings;
    this.mostLookups = mostLookups;
    this.standing = new Standing(ticker);
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(config.cache().entries())
            .expireAfter(Expiry.<DomainName, Outcome>writing((_, outcome) -> outcome.keep()))
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /** Reads the host's files (this blocks) and watches them until closed. */
  public static DnsResolver open(NamesConfig config, Transport transport, SystemFiles files) {
    var surroundings = new Surroundings(files, config.resolver(), Preference::ofHost);
    var resolver =
        new DnsResolver(config, transport, surroundings, Ticker.systemTicker(), MOST_LOOKUPS);
    surroundings.watch(resolver.cache::invalidateAll);
    return resolver;
  }

  @Override
  public @Nullable Answer known(DomainName name) {
    @Nullable Answer answer = special(name);
    if (answer != null) {
      local.increment();
      return answer;
    }
    @Nullable Outcome outcome = cache.getIfPresent(name);
    if (outcome == null) {
      return null;
    }
    cached.increment();
    return outcome.answer();
  }

  @Override
  public void resolve(DomainName name, EventLoop loop, Consumer<Answer> then) {
    while (true) {
      @Nullable Answer answer = known(name);
      if (answer != null) {
        Lookup.deliver(loop, then, answer);
        return;
      }
      @Nullable Lookup before = lookups.get(name);
      if (before != null && before.join(loop, then)) {
        return;
      }
      if (running.get() >= mostLookups) {
        Lookup.deliver(loop, then, busy(name));
        return;
      }
      Lookup lookup = lookup(name, loop);
      lookup.join(loop, then);
      if (before == null
          ? lookups.putIfAbsent(name, lookup) == null
          : lookups.replace(name, before, lookup)) {
        asked.increment();
        running.incrementAndGet();
        loop.execute(lookup::start);
        return;
      }
    }
  }

  /** Names that are in the cache now, for the metrics. */
  public long remembered() {
    return cache.estimatedSize();
  }

  public Counts counts() {
    return new Counts(local.sum(), cached.sum(), asked.sum(), failed.sum());
  }

  /** Stops watching the files. Look-ups that are under way still answer. */
  @Override
  public void close() {
    surroundings.close();
  }

  private Lookup lookup(DomainName name, EventLoop loop) {
    NameServers servers = surroundings.servers().within(config.timeout());
    var means = new Inquiry.Means(transport, servers, standing, random);
    var terms =
        new Lookup.Terms(
            config.timeout(),
            config.cache(),
            surroundings.preference(),
            (lookup, outcome) -> keep(name, lookup, outcome),
            running::decrementAndGet);
    return new Lookup(name, loop, means, terms);
  }

  private void keep(DomainName name, Lookup lookup, Outcome outcome) {
    if (outcome.keep().isPositive()) {
      cache.put(name, outcome);
    }
    // the first time only: a straggler comes when another look-up may be under way
    if (lookups.remove(name, lookup) && outcome.answer() instanceof Answer.Failed) {
      failed.increment();
    }
  }

  private @Nullable Answer special(DomainName name) {
    String text = name.text();
    if (under(text, "localhost")) {
      return local(List.of(new IpAddress(true, 0, 1), new IpAddress(false, 0, 0x7F000001L)));
    }
    if (under(text, "invalid") || under(text, "onion")) {
      return Outcome.notFound(
          "The name " + text + " is of a kind that DNS does not have (RFC 6761, RFC 7686).");
    }
    @Nullable List<IpAddress> addresses = surroundings.hosts().entries().get(name);
    return addresses == null ? null : local(addresses);
  }

  private Answer local(List<IpAddress> addresses) {
    return new Answer.Addresses(surroundings.preference().interleave(addresses));
  }

  private static boolean under(String name, String zone) {
    return name.endsWith(zone)
        && (name.length() == zone.length()
            || name.charAt(name.length() - zone.length() - 1) == '.');
  }

  private Answer busy(DomainName name) {
    return new Answer.Failed(
        new Failure(
            Failure.Side.GATEWAY,
            Failure.Kind.NAME_FAILED,
            Failure.Retry.SAFE,
            "Not looking up "
                + name.text()
                + ": "
                + mostLookups
                + " look-ups are under way already."));
  }
}
