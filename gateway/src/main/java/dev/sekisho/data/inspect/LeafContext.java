package dev.sekisho.data.inspect;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * A server context whose native memory goes the moment nobody needs it.
 *
 * <p>BoringSSL's side of a context is counted memory: an engine made from it holds it until the
 * engine ends, so the cache may let go at any time without hurting connections. What remains is the
 * instant between being handed out and the engine being made, in which the cache may let go too.
 * Lending would make every user give back; waiting would make the release late. Instead this
 * context then makes the native side once more from the same certificate, for that engine alone.
 */
final class LeafContext extends SslContext {
  /** Builds the native side; deterministic, and cheap beside signing. */
  interface Native {
    ReferenceCountedOpenSslContext build() throws SSLException;
  }

  private final Native source;
  private final ReferenceCountedOpenSslContext held;

  LeafContext(Native source) throws SSLException {
    this.source = source;
    this.held = source.build();
  }

  /** The cache lets go; called once. */
  void release() {
    held.release();
  }

  /** Whether the native side is gone; for tests of leaks. */
  int references() {
    return held.refCnt();
  }

  private <T> T with(Function<ReferenceCountedOpenSslContext, T> use) {
    ReferenceCountedOpenSslContext context = borrow();
    try {
      return use.apply(context);
    } finally {
      context.release();
    }
  }

  private ReferenceCountedOpenSslContext borrow() {
    try {
      held.retain();
      return held;
    } catch (IllegalReferenceCountException _) {
      return again();
    }
  }

  private ReferenceCountedOpenSslContext again() {
    try {
      return source.build();
    } catch (SSLException e) {
      throw new IllegalStateException("a certificate that was taken before is not taken now", e);
    }
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    if (startTls) {
      throw new UnsupportedOperationException("TLS begins with the first byte");
    }
    return with(context -> context.newHandler(allocator));
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return with(context -> context.newEngine(allocator));
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return with(context -> context.newEngine(allocator, peerHost, peerPort));
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return held.cipherSuites();
  }

  @Override
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return held.applicationProtocolNegotiator();
  }

  @Override
  public SSLSessionContext sessionContext() {
    return held.sessionContext();
  }
}
