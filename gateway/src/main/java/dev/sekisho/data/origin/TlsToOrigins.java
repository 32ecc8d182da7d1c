package dev.sekisho.data.origin;

import dev.sekisho.data.origin.trust.CertificateCheck;
import dev.sekisho.net.Host;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.io.Closeable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards origins by Netty. Certificates are checked on virtual threads, in the middle of the
 * handshake: no byte of a request can go out before the answer.
 */
public final class TlsToOrigins implements OriginTls, Closeable {
  /** Which library does the cryptography. */
  public enum Library {
    /** BoringSSL. */
    NATIVE,
    JDK
  }

  private final OriginTlsConfig config;
  private final CertificateCheck check;
  private final Library library;
  private final Map<String, TlsEngines> byCredential = new HashMap<>();
  private final Map<SSLEngine, HandshakeNotes> handshakes = new ConcurrentHashMap<>();
  private final ExecutorService checking =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("origin-tls-", 0).factory());

  /**
   * @throws SSLException when no TLS can be set up at all
   */
  public TlsToOrigins(OriginTlsConfig config, CertificateCheck check) throws SSLException {
    this(config, check, TlsEngines.openSslIsThere() ? Library.NATIVE : Library.JDK);
  }

  TlsToOrigins(OriginTlsConfig config, CertificateCheck check, Library library)
      throws SSLException {
    this.config = config;
    this.check = check;
    this.library = library;
    byCredential.put("", engines(Optional.empty()));
    for (OriginCredential credential : config.credentials()) {
      byCredential.put(credential.name(), engines(Optional.of(credential)));
    }
  }

  private TlsEngines engines(Optional<OriginCredential> credential) throws SSLException {
    var trust = new OriginTrustManager(check, handshakes);
    var keys = new OriginKeyManager(credential, handshakes);
    return switch (library) {
      case NATIVE -> new TlsEngines.Native(trust, keys);
      case JDK -> new TlsEngines.Jdk(trust, keys);
    };
  }

  /** For the operational log. */
  public Library library() {
    return library;
  }

  @Override
  public OriginKey.Security.Tls securityFor(Host host) {
    return config.credentialFor(host);
  }

  @Override
  public Dialler.Attempt secure(
      Channel channel, Host host, int port, OriginKey.Security.Tls key, Consumer<Secured> then) {
    TlsEngines engines = byCredential.get(key.credential());
    if (engines == null) {
      throw new IllegalArgumentException("no such credential: " + key.credential());
    }
    HandshakeNotes notes = new HandshakeNotes(host);
    if (!channel.isActive()) {
      var means = new OriginHandshake.Means(check, checking, config.timeout(), () -> {});
      var handshake = new OriginHandshake(channel, notes, key, means, then);
      handshake.closedBefore();
      return handshake;
    }
    SSLEngine engine = engines.engine(channel.alloc(), host.text(), port);
    handshakes.put(engine, notes);
    var means =
        new OriginHandshake.Means(
            check, checking, config.timeout(), () -> handshakes.remove(engine));
    var handshake = new OriginHandshake(channel, notes, key, means, then);
    SslHandler handler = new SslHandler(engine, checking);
    handler.setHandshakeTimeoutMillis(0);
    if (channel.eventLoop().inEventLoop()) {
      handshake.start(handler);
    } else {
      channel.eventLoop().execute(() -> handshake.start(handler));
    }
    return handshake;
  }

  /** Handshakes under way. */
  int underWay() {
    return handshakes.size();
  }

  @Override
  public void close() {
    checking.shutdown();
    try {
      if (!checking.awaitTermination(1, TimeUnit.SECONDS)) {
        checking.shutdownNow();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    byCredential.values().forEach(TlsEngines::close);
  }

  static @Nullable SslHandler handlerOf(Channel channel) {
    return channel.pipeline().get(SslHandler.class);
  }
}
