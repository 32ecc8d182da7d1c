package dev.sekisho.data.names;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer for a name, put together from what was found for its two families.
 *
 * @param keep how long it may be remembered; zero means not at all
 */
record Outcome(Resolver.Answer answer, Duration keep) {
  /**
   * @param ipv4 and {@code ipv6}: null while there is no finding yet
   */
  static Outcome of(
      DomainName name,
      @Nullable Finding ipv4,
      @Nullable Finding ipv6,
      Preference preference,
      NamesConfig.CacheLimits limits) {
    List<IpAddress> addresses = new ArrayList<>();
    long ttl = Math.min(collect(ipv4, addresses), collect(ipv6, addresses));
    if (!addresses.isEmpty()) {
      return new Outcome(
          new Resolver.Answer.Addresses(preference.interleave(addresses)), clamp(ttl, limits));
    }
    @Nullable Failure failure = firstFailure(ipv4, ipv6);
    if (failure != null) {
      return new Outcome(new Resolver.Answer.Failed(failure), limits.failureTtl());
    }
    if (ipv4 instanceof Finding.None none4 && ipv6 instanceof Finding.None none6) {
      return absent(name, none4, none6, limits);
    }
    return new Outcome(new Resolver.Answer.Failed(late(name)), limits.failureTtl());
  }

  private static long collect(@Nullable Finding finding, List<IpAddress> addresses) {
    if (finding instanceof Finding.Found found) {
      addresses.addAll(found.addresses());
      return found.ttl();
    }
    return Long.MAX_VALUE;
  }

  private static @Nullable Failure firstFailure(@Nullable Finding ipv4, @Nullable Finding ipv6) {
    if (ipv4 instanceof Finding.Failed failed) {
      return failed.failure();
    }
    return ipv6 instanceof Finding.Failed failed ? failed.failure() : null;
  }

  private static Outcome absent(
      DomainName name, Finding.None ipv4, Finding.None ipv6, NamesConfig.CacheLimits limits) {
    boolean noName = ipv4.absence() == Reply.Absence.NAME || ipv6.absence() == Reply.Absence.NAME;
    long ttl = Math.min(ipv4.ttl(), ipv6.ttl());
    Duration keep =
        ttl < 0 ? limits.failureTtl() : shorter(Duration.ofSeconds(ttl), limits.negativeTtl());
    return new Outcome(
        notFound(
            noName
                ? "There is no name " + name.text() + "."
                : "The name " + name.text() + " has no address."),
        keep);
  }

  static Resolver.Answer notFound(String detail) {
    return new Resolver.Answer.Failed(
        new Failure(Failure.Side.ORIGIN, Failure.Kind.NAME_NOT_FOUND, Failure.Retry.SAFE, detail));
  }

  private static Failure late(DomainName name) {
    return new Failure(
        Failure.Side.GATEWAY,
        Failure.Kind.NAME_TIMEOUT,
        Failure.Retry.SAFE,
        "Looking up " + name.text() + " took too long.");
  }

  private static Duration clamp(long ttl, NamesConfig.CacheLimits limits) {
    Duration keep = shorter(Duration.ofSeconds(ttl), limits.greatestTtl());
    return keep.compareTo(limits.leastTtl()) < 0 ? limits.leastTtl() : keep;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
