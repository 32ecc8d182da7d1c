package dev.sekisho.data.inspect;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.lang.ref.Cleaner;
import java.security.PrivateKey;
import javax.net.ssl.SSLException;

/**
 * The server context of an epoch. BoringSSL's side of it is counted memory, which every engine
 * holds as long as it lives; the context's own share goes when no leaf of the epoch can be reached
 * any more, so that nobody has to give a leaf back.
 */
final class EpochContext {
  private static final Cleaner CLEANER = Cleaner.create();

  private static final ApplicationProtocolConfig HTTP_1 =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          "http/1.1");

  private final ReferenceCountedOpenSslContext context;

  private EpochContext(ReferenceCountedOpenSslContext context) {
    this.context = context;
    CLEANER.register(this, context::release);
  }

  /** TLS 1.2 and 1.3, ALPN {@code http/1.1} alone. */
  static EpochContext of(PrivateKey key, TicketKeys tickets) throws SSLException {
    SslContext built =
        SslContextBuilder.forServer(new LeafKeys(key))
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .trustManager(new NobodyTrusted())
            .protocols("TLSv1.3", "TLSv1.2")
            .applicationProtocolConfig(HTTP_1)
            .build();
    if (!(built instanceof ReferenceCountedOpenSslContext context)
        || !(context.sessionContext() instanceof OpenSslServerSessionContext sessions)) {
      throw new SSLException("the native TLS library is not in use");
    }
    // Sessions live in tickets, at the client; a cache here would be memory for each name.
    sessions.setSessionCacheEnabled(false);
    sessions.setTicketKeys(tickets.openSsl());
    return new EpochContext(context);
  }

  ReferenceCountedOpenSslContext context() {
    return context;
  }
}
