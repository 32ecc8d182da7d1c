package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.function.Consumer;

/**
 * Opens TCP connections to origins: several addresses, the next one tried when the one before has
 * not answered within 250 ms (happy eyeballs, RFC 8305 §5), the first to connect wins and the
 * others are closed.
 */
public interface Dialler {
  /**
   * Dials one of the addresses, which were judged before, and nothing else. The outcome is given to
   * {@code then} on {@code loop}, exactly once, within the connect timeout over all addresses
   * together.
   */
  Attempt dial(List<IpAddress> addresses, int port, EventLoop loop, Consumer<Dialled> then);

  /** Lets a dial be given up, as when the client has left: {@code then} is not called any more. */
  interface Attempt {
    void cancel();
  }

  sealed interface Dialled {
    /**
     * Connected, registered on the loop, auto-read off, nothing in the pipeline but {@link
     * EarlyBytes}.
     */
    record Connected(Channel channel, IpAddress address) implements Dialled {}

    record Failed(Failure failure) implements Dialled {}
  }
}
