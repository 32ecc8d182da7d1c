package dev.sekisho.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.sekisho.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Slows whoever guesses passwords, without letting the guessing lock anybody out.
 *
 * <p>A client that failed a few times has its next attempts spaced out: a second, two, four, up to
 * half a minute, one after another. What would have to wait longer is turned away unchecked. A
 * failure is forgiven each minute, and not by a success, for an attacker may own an account too.
 *
 * <p>For a name, failures of all clients together delay every attempt by at most two seconds, and
 * attempts do not queue behind each other. So many clients that guess one name are slowed a little,
 * and its owner, from a client that did not fail, waits two seconds and is let in. Locking a name
 * would hand everybody who knows it the means to lock its owner out.
 *
 * <p>Both tables are bounded, and know names that do not exist as well as those that do.
 */
final class Throttle {
  static final Duration LONGEST = Duration.ofSeconds(30);
  static final Duration LONGEST_FOR_A_NAME = Duration.ofSeconds(2);
  static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);
  static final int FREE = 3;
  static final int FREE_FOR_A_NAME = 5;

  /**
   * Attempts that one client may have under way at once for one name, or for all names together
   * when it failed more than {@link #FREE} times: many users may stand behind one address, but each
   * of them has one password.
   */
  static final int AT_ONCE = 8;

  private static final int MOST_KEPT = 50_000;
  private static final Duration KEPT = Duration.ofMinutes(40);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Ticker ticker;
  private final Cache<IpAddress, Standing> clients;
  private final Cache<String, Tally> names;

  Throttle(Ticker ticker) {
    this.ticker = ticker;
    this.clients =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(KEPT)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
    this.names =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(KEPT)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /** Whether, and when, an attempt may be checked. */
  sealed interface Turn {
    /** Its turn comes after this time. {@link #left} has to be told when it is over. */
    record After(long nanos) implements Turn {}

    record TurnedAway() implements Turn {}
  }

  /** Failures so far; one is forgotten for each minute since. */
  private record Tally(int failures, long since) {
    int at(long now) {
      long forgiven = (now - since) / FORGIVEN_AFTER.toNanos();
      return (int) Math.max(0, failures - forgiven);
    }

    Tally andAnother(long now) {
      return new Tally(at(now) + 1, now);
    }
  }

  /**
   * @param next when the next attempt may be checked
   * @param underWay the names of attempts that wait or are being checked, one for each
   */
  private record Standing(Tally tally, long next, List<String> underWay) {
    boolean full(String name, long now, int most) {
      int all = tally.at(now) > FREE ? Math.min(AT_ONCE, most) : most;
      return underWay.size() >= all || Collections.frequency(underWay, name) >= AT_ONCE;
    }

    Standing with(String name, long then) {
      List<String> more = new ArrayList<>(underWay);
      more.add(name);
      return new Standing(tally, then, more);
    }

    Standing without(String name) {
      List<String> fewer = new ArrayList<>(underWay);
      fewer.remove(name);
      return new Standing(tally, next, fewer);
    }
  }

  /**
   * @param most attempts that this client may have under way at once
   */
  Turn turn(IpAddress client, String name, int most) {
    long now = ticker.read();
    Turn[] turn = new Turn[1];
    clients
        .asMap()
        .compute(
            client.client(),
            (_, before) -> {
              Standing standing =
                  before == null ? new Standing(new Tally(0, now), now, List.of()) : before;
              long slot = Math.max(now, standing.next());
              if (standing.full(name, now, most) || slot - now > LONGEST.toNanos()) {
                turn[0] = new Turn.TurnedAway();
                return standing;
              }
              turn[0] = new Turn.After(slot - now);
              return standing.with(name, slot + interval(standing.tally().at(now)));
            });
    return switch (turn[0]) {
      case Turn.After(long nanos) -> new Turn.After(Math.max(nanos, delayForName(name, now)));
      case Turn.TurnedAway away -> away;
    };
  }

  /** The attempt is over. */
  void left(IpAddress client, String name) {
    clients.asMap().computeIfPresent(client.client(), (_, standing) -> standing.without(name));
  }

  /** The password was wrong. */
  void failed(IpAddress client, String name) {
    long now = ticker.read();
    Tally first = new Tally(1, now);
    clients
        .asMap()
        .compute(
            client.client(),
            (_, standing) -> {
              if (standing == null) {
                return new Standing(first, now, List.of());
              }
              Tally tally = standing.tally().andAnother(now);
              long next = Math.max(standing.next(), now + interval(tally.failures()));
              return new Standing(tally, next, standing.underWay());
            });
    names.asMap().merge(name, first, (before, _) -> before.andAnother(now));
  }

  private static long interval(int failures) {
    int doublings = failures - FREE - 1;
    return doublings < 0 ? 0 : Math.min(LONGEST.toNanos(), SECOND << Math.min(doublings, 5));
  }

  private long delayForName(String name, long now) {
    Tally tally = names.getIfPresent(name);
    int doublings = tally == null ? -1 : tally.at(now) - FREE_FOR_A_NAME - 1;
    return doublings < 0
        ? 0
        : Math.min(LONGEST_FOR_A_NAME.toNanos(), SECOND / 8 << Math.min(doublings, 4));
  }
}
