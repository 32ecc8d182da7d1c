package dev.sekisho.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One answer of a {@link ScriptedDns}.
 *
 * @param ttl in seconds, of the addresses or the alias; of the SOA record's minimum where there is
 *     nothing
 * @param junk packets sent before the answer, each made from a copy of it
 * @param held the answer is not sent before this is complete
 */
public record DnsStep(
    int code,
    List<String> addresses,
    @Nullable String alias,
    long ttl,
    boolean soa,
    boolean bare,
    boolean silent,
    boolean truncatedOverUdp,
    List<UnaryOperator<byte[]>> junk,
    CompletableFuture<?> held) {
  private static DnsStep plain(int code, List<String> addresses, @Nullable String alias, long ttl) {
    return new DnsStep(
        code,
        addresses,
        alias,
        ttl,
        false,
        false,
        false,
        false,
        List.of(),
        CompletableFuture.completedFuture(null));
  }

  public static DnsStep addresses(long ttl, String... addresses) {
    return plain(0, List.of(addresses), null, ttl);
  }

  /** A CNAME; what the target's script says is added to the answer. */
  public static DnsStep alias(long ttl, String target) {
    return plain(0, List.of(), target, ttl);
  }

  /** A CNAME and nothing about its target, as some forwarders answer. */
  public static DnsStep bareAlias(long ttl, String target) {
    return new DnsStep(
        0,
        List.of(),
        target,
        ttl,
        false,
        true,
        false,
        false,
        List.of(),
        CompletableFuture.completedFuture(null));
  }

  /** NXDOMAIN with an SOA record that says how long this may be believed. */
  public static DnsStep noName(long ttl) {
    return plain(3, List.of(), null, ttl).withSoa();
  }

  /** The name exists, but has no record of this type. */
  public static DnsStep noData(long ttl) {
    return plain(0, List.of(), null, ttl).withSoa();
  }

  /** A response code alone: 1 FORMERR, 2 SERVFAIL, 4 NOTIMP, 5 REFUSED. */
  public static DnsStep code(int code) {
    return plain(code, List.of(), null, 0);
  }

  public static DnsStep silence() {
    return new DnsStep(
        0,
        List.of(),
        null,
        0,
        false,
        false,
        true,
        false,
        List.of(),
        CompletableFuture.completedFuture(null));
  }

  static DnsStep bareEnd() {
    return plain(0, List.of(), null, 0);
  }

  /** Over UDP only the flag that the answer did not fit, over TCP the answer. */
  public DnsStep truncated() {
    return new DnsStep(code, addresses, alias, ttl, soa, bare, silent, true, junk, held);
  }

  /** Sends something else first. */
  public DnsStep after(UnaryOperator<byte[]> made) {
    List<UnaryOperator<byte[]>> more = new ArrayList<>(junk);
    more.add(made);
    return new DnsStep(
        code, addresses, alias, ttl, soa, bare, silent, truncatedOverUdp, List.copyOf(more), held);
  }

  /** Holds the answer back until the test completes the future. */
  public DnsStep heldUntil(CompletableFuture<?> event) {
    return new DnsStep(
        code, addresses, alias, ttl, soa, bare, silent, truncatedOverUdp, junk, event);
  }

  private DnsStep withSoa() {
    return new DnsStep(
        code, addresses, alias, ttl, true, bare, silent, truncatedOverUdp, junk, held);
  }

  void await() {
    held.join();
  }
}
