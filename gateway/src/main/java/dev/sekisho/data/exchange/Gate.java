package dev.sekisho.data.exchange;

import dev.sekisho.identity.Identity;
import dev.sekisho.journal.Journal;
import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.Policy;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * What all exchanges of one event loop share.
 *
 * @param policy the policy in force; each exchange takes it once and keeps it
 * @param unopened what becomes of a CONNECT whose content cannot be opened
 * @param self whether an address and port is one of this gateway's own listeners
 * @param flood holds back the records of clients that are refused again and again
 */
public record Gate(
    Supplier<Policy> policy,
    Identity identity,
    Map<Unopened, Unopened.Outcome> unopened,
    Journal journal,
    Journal.Appender appender,
    BiPredicate<IpAddress, Integer> self,
    RefusalFlood flood,
    Observer observer) {}
