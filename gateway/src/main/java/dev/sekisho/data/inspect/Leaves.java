package dev.sekisho.data.inspect;

import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Server contexts with a minted certificate for one name or address. Shared by all event loops. */
public interface Leaves {
  /** The context for this host if it is at hand, or null when it has to be minted. */
  @Nullable SslContext known(Host host);

  /**
   * Mints off the event loop, once for all who ask for the same host at the same time, and answers
   * each on its {@code loop} exactly once.
   *
   * @param client who asks; one client may have so many names waiting
   */
  void mint(Host host, IpAddress client, Executor loop, Consumer<Minted> then);

  sealed interface Minted {
    /** TLS 1.2 and 1.3, ALPN {@code http/1.1} alone. */
    record Leaf(SslContext context) implements Minted {}

    /**
     * @param detail one sentence for the record
     */
    record Failed(String detail) implements Minted {}
  }
}
