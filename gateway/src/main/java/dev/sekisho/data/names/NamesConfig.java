package dev.sekisho.data.names;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Section;
import dev.sekisho.net.Authority;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code names} section.
 *
 * @param timeout for one name as a whole, over all name servers and attempts
 */
public record NamesConfig(Source resolver, Duration timeout, CacheLimits cache) {
  private static final int DNS_PORT = 53;
  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);
  private static final Duration GREATEST_TIMEOUT = Duration.ofMinutes(1);

  /** Where the name servers come from. */
  public sealed interface Source {
    /** What {@code /etc/resolv.conf} says, followed when it changes. */
    record System() implements Source {}

    /** These and no others, asked in this order; never empty. */
    record Servers(List<Authority> servers) implements Source {
      public Servers {
        servers = List.copyOf(servers);
      }
    }
  }

  /**
   * How much is remembered and for how long.
   *
   * @param entries names at most
   * @param leastTtl an address is kept at least this long, whatever the answer says; zero asks
   *     again each time a name server says so
   * @param greatestTtl an address is kept no longer than this
   * @param negativeTtl "there is no such name" is kept no longer than this
   * @param failureTtl how long a name whose look-up failed is not tried again (RFC 9520 wants at
   *     least a second)
   */
  public record CacheLimits(
      int entries,
      Duration leastTtl,
      Duration greatestTtl,
      Duration negativeTtl,
      Duration failureTtl) {
    static final CacheLimits USUAL =
        new CacheLimits(
            10_000,
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1));

    private static CacheLimits read(Section section) {
      Duration least = section.duration("least-ttl", USUAL.leastTtl);
      Duration greatest = section.duration("greatest-ttl", USUAL.greatestTtl);
      if (least.compareTo(greatest) > 0) {
        section
            .problems()
            .error(
                section.markOf("least-ttl"),
                section.name() + ".least-ttl must not be greater than greatest-ttl.");
      }
      var limits =
          new CacheLimits(
              section.integer("entries", USUAL.entries, 1, 10_000_000),
              least,
              greatest,
              section.duration("negative-ttl", USUAL.negativeTtl),
              section.duration("failure-ttl", USUAL.failureTtl));
      section.end();
      return limits;
    }
  }

  /** What holds when the section is absent. */
  public static NamesConfig usual() {
    return new NamesConfig(new Source.System(), Duration.ofSeconds(5), CacheLimits.USUAL);
  }

  public static NamesConfig read(Section section) {
    NamesConfig usual = usual();
    Source source = source(section);
    Duration timeout = section.duration("timeout", usual.timeout);
    if (timeout.compareTo(LEAST_TIMEOUT) < 0 || timeout.compareTo(GREATEST_TIMEOUT) > 0) {
      section
          .problems()
          .error(section.markOf("timeout"), section.name() + ".timeout: expected 100ms to 1m.");
      timeout = usual.timeout;
    }
    CacheLimits cache = section.section("cache").map(CacheLimits::read).orElse(usual.cache);
    section.end();
    return new NamesConfig(source, timeout, cache);
  }

  private static Source source(Section section) {
    Optional<Node> node = section.node("resolver");
    if (node.isEmpty()
        || (node.get() instanceof Node.Scalar scalar && scalar.text().equals("system"))) {
      return new Source.System();
    }
    List<Authority> servers =
        new ArrayList<>(section.values("resolver", (text, mark) -> server(section, text, mark)));
    if (servers.isEmpty()) {
      if (section.items("resolver").isEmpty()) {
        section
            .problems()
            .error(
                section.markOf("resolver"),
                section.name() + ".resolver: expected 'system' or a list of addresses.");
      }
      return new Source.System();
    }
    return new Source.Servers(servers);
  }

  private static Optional<Authority> server(Section section, String text, Mark mark) {
    try {
      return Optional.of(new Authority(IpAddress.parse(text), DNS_PORT));
    } catch (MalformedException _) {
      // not an address alone: perhaps one with a port
    }
    try {
      Authority authority = Authority.parse(text, DNS_PORT);
      return switch (authority.host()) {
        case IpAddress _ -> Optional.of(authority);
        case DomainName _ -> wrongServer(section, text, mark);
      };
    } catch (MalformedException _) {
      return wrongServer(section, text, mark);
    }
  }

  private static Optional<Authority> wrongServer(Section section, String text, Mark mark) {
    return section.wrong(
        mark,
        "resolver",
        text,
        "'system' or addresses of name servers such as 10.0.0.2, 10.0.0.3:53 or [fd00::53]:53");
  }
}
