package dev.sekisho.data.inspect;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.lang.ref.Reference;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * One leaf, ready for connections: the chain that is shown, and the epoch's context, which all its
 * leaves share. A context of its own for each would cost twice what the signature does, and ten
 * times the memory.
 */
final class LeafContext extends SslContext {
  private static final int NO_PORT = -1;

  private final EpochContext epoch;
  private final String chain;

  /**
   * @param chain the leaf and what lies between it and the root, as PEM
   */
  LeafContext(EpochContext epoch, String chain) {
    this.epoch = epoch;
    this.chain = chain;
  }

  /** What it adds to the heap, in bytes. */
  int bytes() {
    return chain.length();
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    if (startTls) {
      throw new UnsupportedOperationException("TLS begins with the first byte");
    }
    try {
      return epoch.context().newHandler(allocator, chain, NO_PORT);
    } finally {
      Reference.reachabilityFence(epoch);
    }
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    try {
      return epoch.context().newEngine(allocator, chain, NO_PORT);
    } finally {
      Reference.reachabilityFence(epoch);
    }
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return newEngine(allocator);
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return epoch.context().cipherSuites();
  }

  @Override
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return epoch.context().applicationProtocolNegotiator();
  }

  @Override
  public SSLSessionContext sessionContext() {
    return epoch.context().sessionContext();
  }
}
