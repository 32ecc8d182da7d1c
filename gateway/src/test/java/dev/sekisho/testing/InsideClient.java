package dev.sekisho.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client that asks for a CONNECT and then shakes hands inside it. */
public final class InsideClient {
  private final int proxyPort;
  private final SSLContext trust;
  private Optional<String> serverName = Optional.empty();
  private List<String> protocols = List.of();
  private String fields = "";
  private Wire wire = socket -> socket;

  /**
   * @param trust whom it trusts
   */
  public InsideClient(int proxyPort, SSLContext trust) {
    this.proxyPort = proxyPort;
    this.trust = trust;
  }

  /** What it names in TLS; without this, nothing. */
  public InsideClient naming(String name) {
    serverName = Optional.of(name);
    return this;
  }

  public InsideClient offering(String... names) {
    protocols = List.of(names);
    return this;
  }

  /** Field lines of the CONNECT, each with its end. */
  public InsideClient saying(String lines) {
    fields = lines;
    return this;
  }

  /** What stands between the TLS of the client and the connection. */
  public interface Wire {
    Socket over(Socket socket) throws IOException;
  }

  /** Shakes hands through this. */
  public InsideClient over(Wire between) {
    wire = between;
    return this;
  }

  /** What came of the CONNECT. */
  public record Connected(String head, Socket socket) {
    public int status() {
      return Integer.parseInt(head.substring(9, 12));
    }
  }

  public Connected connect(String authority) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    socket
        .getOutputStream()
        .write(
            ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    return new Connected(head(socket.getInputStream()), socket);
  }

  /** Connects, shakes hands, and speaks inside. */
  public RawClient open(String authority) throws IOException {
    return new RawClient(handshake(authority));
  }

  /**
   * Connects and shakes hands.
   *
   * @throws IOException also where the handshake fails
   */
  public SSLSocket handshake(String authority) throws IOException {
    Connected connected = connect(authority);
    if (connected.status() != 200) {
      connected.socket().close();
      throw new IOException("the CONNECT was answered " + connected.head());
    }
    String host = authority.substring(0, authority.lastIndexOf(':'));
    SSLSocket tls =
        (SSLSocket)
            trust.getSocketFactory().createSocket(wire.over(connected.socket()), host, 443, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setServerNames(
        serverName
            .<List<javax.net.ssl.SNIServerName>>map(name -> List.of(new SNIHostName(name)))
            .orElse(List.of()));
    if (!protocols.isEmpty()) {
      parameters.setApplicationProtocols(protocols.toArray(String[]::new));
    }
    tls.setSSLParameters(parameters);
    try {
      tls.startHandshake();
    } catch (IOException e) {
      tls.close();
      throw e;
    }
    return tls;
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the proxy closed after: " + head);
      }
      head.append((char) b);
    }
    return head.toString();
  }
}
