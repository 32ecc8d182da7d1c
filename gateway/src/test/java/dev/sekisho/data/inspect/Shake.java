package dev.sekisho.data.inspect;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * A handshake between two engines in memory, with a little data each way so that tickets arrive.
 */
final class Shake {
  private static final int ROOM = 64 << 10;

  private Shake() {}

  /** What the client knows at the end. */
  record Seen(SSLSession session, String protocol) {}

  static Seen hands(SSLEngine client, SslContext leaf) throws SSLException {
    SSLEngine server = leaf.newEngine(ByteBufAllocator.DEFAULT);
    try {
      return hands(client, server);
    } finally {
      ReferenceCountUtil.release(server);
    }
  }

  static Seen hands(SSLEngine client, SSLEngine server) throws SSLException {
    client.setUseClientMode(true);
    client.beginHandshake();
    server.beginHandshake();
    ByteBuffer toServer = ByteBuffer.allocate(ROOM).limit(0);
    ByteBuffer toClient = ByteBuffer.allocate(ROOM).limit(0);
    for (int turn = 0; turn < 60; turn++) {
      send(client, toServer);
      receive(server, toServer);
      send(server, toClient);
      receive(client, toClient);
    }
    if (busy(client) || busy(server)) {
      throw new SSLException("the handshake did not come to its end");
    }
    String protocol = client.getApplicationProtocol();
    return new Seen(client.getSession(), protocol == null ? "" : protocol);
  }

  private static boolean busy(SSLEngine engine) {
    return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void send(SSLEngine from, ByteBuffer wire) throws SSLException {
    tasks(from);
    wire.compact();
    for (int i = 0; i < 4; i++) {
      SSLEngineResult result = from.wrap(ByteBuffer.wrap(new byte[] {'x'}), wire);
      tasks(from);
      if (result.bytesProduced() == 0) {
        break;
      }
    }
    wire.flip();
  }

  private static void receive(SSLEngine to, ByteBuffer wire) throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(ROOM);
    while (wire.hasRemaining()) {
      plain.clear();
      SSLEngineResult result = to.unwrap(wire, plain);
      tasks(to);
      if (result.bytesConsumed() == 0) {
        break;
      }
    }
  }

  private static void tasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }
}
