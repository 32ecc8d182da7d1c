package dev.sekisho.app;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.names.DnsResolver;
import dev.sekisho.data.names.NamesConfig;
import dev.sekisho.data.names.Resolver;
import dev.sekisho.data.names.SystemFiles;
import dev.sekisho.data.origin.Transport;
import dev.sekisho.net.DomainName;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a name resolves to, asked as the running gateway asks: the host's own files and the name
 * servers of the section {@code names}, without the search domains and other sources that programs
 * of this machine may have.
 */
record NameLookup(NamesConfig names) {
  /** The resolver keeps its own timeout; this is only so that a command never hangs. */
  private static final int SPARE_SECONDS = 5;

  /** Asks and waits, for as long as the configuration gives a name. */
  Resolver.Answer ask(DomainName name) {
    Transport transport = Transport.best();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, transport.loops());
    try (DnsResolver resolver = DnsResolver.open(names, transport, SystemFiles.usual())) {
      var answer = new CompletableFuture<Resolver.Answer>();
      resolver.resolve(name, loops.next(), answer::complete);
      Resolver.Answer none = silence(name);
      return answer
          .completeOnTimeout(none, names.timeout().toSeconds() + SPARE_SECONDS, TimeUnit.SECONDS)
          .join();
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static Resolver.Answer silence(DomainName name) {
    return new Resolver.Answer.Failed(
        new Failure(
            Failure.Side.GATEWAY,
            Failure.Kind.NAME_FAILED,
            Failure.Retry.SAFE,
            "Looking up " + name.text() + " did not come to an end."));
  }
}
