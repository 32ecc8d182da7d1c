package dev.sekisho.data.names;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Names to addresses. Used from event loops; never blocks. */
public interface Resolver {
  /** The answer when it is known without asking (cache, hosts file), or null. */
  @Nullable Answer known(DomainName name);

  /**
   * Asks; the answer is given to {@code then} on {@code loop}, exactly once, within the configured
   * timeout.
   */
  void resolve(DomainName name, EventLoop loop, Consumer<Answer> then);

  sealed interface Answer {
    /**
     * At least one address, IPv6 and IPv4 interleaved in the order in which they should be tried
     * (RFC 8305 §4).
     */
    record Addresses(List<IpAddress> addresses) implements Answer {}

    record Failed(Failure failure) implements Answer {}
  }
}
