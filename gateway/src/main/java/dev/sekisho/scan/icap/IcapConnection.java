package dev.sekisho.scan.icap;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One connection to a server. Closing it, from any thread, frees whoever waits for it. */
final class IcapConnection implements Closeable {
  private static final int OUT_BUFFER = 16 << 10;

  /** What is there once it is connected. */
  private record Streams(IcapInput in, OutputStream out) {}

  private final IcapUrl url;
  private final Addresses addresses;
  private final Optional<SSLContext> tls;
  private @Nullable Socket raw;
  private boolean closed;
  private volatile @Nullable Streams streams;
  private volatile long idleSince;

  /**
   * @param tls for a server that is asked through TLS
   */
  IcapConnection(IcapUrl url, Addresses addresses, Optional<SSLContext> tls) {
    this.url = url;
    this.addresses = addresses;
    this.tls = tls;
  }

  boolean isConnected() {
    return streams != null;
  }

  /** Tries its addresses one after the other, each with its share of the time. */
  void connect(long deadline) throws IOException, InterruptedException {
    List<InetAddress> all = addresses.find();
    for (int i = 0; i < all.size(); i++) {
      long share = (deadline - System.nanoTime()) / (all.size() - i);
      Socket socket = fresh();
      try {
        socket.connect(
            new InetSocketAddress(all.get(i), url.port()),
            (int) Math.clamp(TimeUnit.NANOSECONDS.toMillis(share), 1, Integer.MAX_VALUE));
        use(socket);
        return;
      } catch (IOException e) {
        socket.close();
        if (i == all.size() - 1) {
          throw new IOException("cannot connect (" + e.getMessage() + ")", e);
        }
      }
    }
  }

  private synchronized Socket fresh() throws IOException {
    if (closed) {
      throw new IOException("it was given up");
    }
    raw = new Socket();
    return raw;
  }

  private void use(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    Socket spoken = tls.isPresent() ? secured(tls.get(), socket) : socket;
    streams =
        new Streams(
            new IcapInput(spoken.getInputStream()),
            new BufferedOutputStream(spoken.getOutputStream(), OUT_BUFFER));
  }

  private Socket secured(SSLContext context, Socket socket) throws IOException {
    SSLSocket secured =
        (SSLSocket) context.getSocketFactory().createSocket(socket, url.host(), url.port(), true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  IcapInput in() {
    return connected().in;
  }

  OutputStream out() {
    return connected().out;
  }

  private Streams connected() {
    Streams there = streams;
    if (there == null) {
      throw new IllegalStateException("not connected yet");
    }
    return there;
  }

  void idle(long now) {
    idleSince = now;
  }

  long idleSince() {
    return idleSince;
  }

  /**
   * Whether nothing came since its last answer; what came could not be the answer to anything.
   * Under TLS also what was not decrypted yet.
   */
  synchronized boolean isQuiet() {
    try {
      return raw != null && raw.getInputStream().available() == 0 && connected().in.isQuiet();
    } catch (IOException _) {
      return false;
    }
  }

  /** At once and without a word of TLS's, which could block. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      if (raw != null) {
        raw.close();
      }
    } catch (IOException _) {
      // It is closed all the same.
    }
  }
}
