package dev.sekisho.data.origin;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.Closeable;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where TLS engines come from. All engines of one source share their sessions, kept by host and
 * port, so there is one source for each credential and not one for each connection.
 */
sealed interface TlsEngines extends Closeable {
  String HTTP_1_1 = "http/1.1";
  String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
  int SESSIONS = 20_000;
  Duration SESSION_LIFE = Duration.ofHours(1);

  /** A client's engine; whoever takes it also releases it, as Netty's SslHandler does. */
  SSLEngine engine(ByteBufAllocator allocator, String host, int port);

  @Override
  void close();

  static boolean openSslIsThere() {
    return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL);
  }

  /** BoringSSL through Netty's library. */
  final class Native implements TlsEngines {
    /** More than CertificateCheck takes, so that it is the one who says so. */
    private static final int MOST_CERTIFICATE_BYTES = 128 * 1024;

    private final SslContext context;

    Native(TrustManager trust, KeyManager keys) throws SSLException {
      context =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .protocols(VERSIONS)
              .trustManager(trust)
              .keyManager(keys)
              // CertificateCheck compares the name
              .endpointIdentificationAlgorithm(null)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      ApplicationProtocolConfig.Protocol.ALPN,
                      ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                      ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                      HTTP_1_1))
              .option(OpenSslContextOption.USE_TASKS, true)
              .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MOST_CERTIFICATE_BYTES)
              .sessionCacheSize(SESSIONS)
              .sessionTimeout(SESSION_LIFE.toSeconds())
              .build();
      if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
        sessions.setSessionCacheEnabled(true);
      }
    }

    @Override
    public SSLEngine engine(ByteBufAllocator allocator, String host, int port) {
      return context.newEngine(allocator, host, port);
    }

    @Override
    public void close() {
      ReferenceCountUtil.release(context);
    }
  }

  /** The JDK's own, where the library does not load. */
  final class Jdk implements TlsEngines {
    private final SSLContext context;

    Jdk(TrustManager trust, KeyManager keys) throws SSLException {
      try {
        context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
        context.getClientSessionContext().setSessionCacheSize(SESSIONS);
        context.getClientSessionContext().setSessionTimeout((int) SESSION_LIFE.toSeconds());
      } catch (GeneralSecurityException e) {
        throw new SSLException("TLS cannot be set up", e);
      }
    }

    @Override
    public SSLEngine engine(@Nullable ByteBufAllocator allocator, String host, int port) {
      SSLEngine engine = context.createSSLEngine(host, port);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(VERSIONS);
      parameters.setApplicationProtocols(new String[] {HTTP_1_1});
      engine.setSSLParameters(parameters);
      return engine;
    }

    @Override
    public void close() {
      // the collector's
    }
  }
}
