package dev.sekisho.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * An HTTPS origin on loopback by the JDK's TLS, which shows any chain it is told to, and counts the
 * bytes of application data that reach it. It answers every request with {@code ok}.
 */
public final class TlsOrigin implements AutoCloseable {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** One connection that has ended. */
  public record Visit(long bytes, String serverName, String trouble, int clientCertificates) {}

  /** Whether clients have to show a certificate. */
  public enum ClientCertificate {
    NOT_ASKED,
    WANTED,
    NEEDED
  }

  /** How it speaks. */
  public record Manner(List<String> versions, ClientCertificate client, List<String> protocols) {
    public static final Manner USUAL =
        new Manner(List.of("TLSv1.3", "TLSv1.2"), ClientCertificate.NOT_ASKED, List.of());

    public Manner only(String version) {
      return new Manner(List.of(version), client, protocols);
    }

    public Manner asking(ClientCertificate asked) {
      return new Manner(versions, asked, protocols);
    }
  }

  private final SSLServerSocket listener;
  private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();
  private final AtomicLong bytes = new AtomicLong();

  public TlsOrigin(List<X509Certificate> chain, PrivateKey key, Manner manner) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new Shown(chain.toArray(X509Certificate[]::new), key)},
          new TrustManager[] {new Anybody()},
          null);
      listener =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setProtocols(manner.versions().toArray(String[]::new));
    parameters.setApplicationProtocols(manner.protocols().toArray(String[]::new));
    parameters.setNeedClientAuth(manner.client() == ClientCertificate.NEEDED);
    if (manner.client() == ClientCertificate.WANTED) {
      parameters.setWantClientAuth(true);
    }
    listener.setSSLParameters(parameters);
    Thread.ofVirtual().name("tls-origin").start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Application data received over all connections so far. */
  public long bytes() {
    return bytes.get();
  }

  /** The next connection that has ended. */
  public Visit visit() throws InterruptedException {
    Visit visit = visits.poll(20, TimeUnit.SECONDS);
    if (visit == null) {
      throw new AssertionError("no connection to the origin has ended");
    }
    return visit;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(SSLSocket socket) {
    long received = 0;
    String name = "";
    String trouble = "";
    int certificates = 0;
    try (socket) {
      socket.startHandshake();
      if (socket.getSession() instanceof ExtendedSSLSession session) {
        name = session.getRequestedServerNames().toString();
      }
      certificates = certificates(socket);
      received = answer(socket);
    } catch (IOException | RuntimeException e) {
      trouble = String.valueOf(e.getMessage());
    }
    visits.add(new Visit(received, name, trouble, certificates));
  }

  private static int certificates(SSLSocket socket) {
    try {
      return socket.getSession().getPeerCertificates().length;
    } catch (IOException _) {
      return 0;
    }
  }

  private long answer(SSLSocket socket) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    byte[] buffer = new byte[4096];
    StringBuilder request = new StringBuilder();
    long received = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      received += n;
      bytes.addAndGet(n);
      request.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      if (request.indexOf("\r\n\r\n") >= 0) {
        request.setLength(0);
        out.write(ANSWER.getBytes(StandardCharsets.US_ASCII));
        out.flush();
      }
    }
    return received;
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Shown extends X509ExtendedKeyManager {
    private final X509Certificate[] chain;
    private final PrivateKey key;

    Shown(X509Certificate[] chain, PrivateKey key) {
      this.chain = chain;
      this.key = key;
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
      return chooseServerAlias(type, issuers, null);
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return type.equals(key.getAlgorithm()) ? "origin" : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[] {"origin"};
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return null;
    }
  }

  /** Takes every client's certificate. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
