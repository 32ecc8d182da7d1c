package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * One client that asks for one sized body after the other, on a connection that is kept: through a
 * proxy, or the origin itself.
 */
final class SizedClient implements AutoCloseable {
  /** Longer than anything here may take. */
  static final int PATIENCE_MILLIS = 180_000;

  private static final int READ_BYTES = 256 << 10;

  private final Socket socket;
  private final String prefix;
  private final int originPort;
  private final byte[] buffer = new byte[READ_BYTES];

  /** Seconds from the request to the first byte of the body, and to its last. */
  record Taken(double first, double whole) {}

  private SizedClient(int port, String prefix, int originPort, int patienceMillis)
      throws IOException {
    this.prefix = prefix;
    this.originPort = originPort;
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(patienceMillis);
    socket.setTcpNoDelay(true);
  }

  static SizedClient through(Proxy proxy, SizedOrigin origin) throws IOException {
    return through(proxy, origin, PATIENCE_MILLIS);
  }

  /** One that waits no longer for a byte, and then throws {@link SocketTimeoutException}. */
  static SizedClient through(Proxy proxy, SizedOrigin origin, int patienceMillis)
      throws IOException {
    String prefix = "http://" + TlsOrigin.origin(Origins.HOST, origin.port);
    return new SizedClient(proxy.launch.port(), prefix, origin.port, patienceMillis);
  }

  static SizedClient direct(SizedOrigin origin) throws IOException {
    return new SizedClient(origin.port, "", origin.port, PATIENCE_MILLIS);
  }

  Taken get(SizedOrigin.Body body) throws IOException {
    SizedAnswer answer = new SizedAnswer(body);
    long began = System.nanoTime();
    socket.getOutputStream().write(SizedAnswer.request(prefix, originPort, body));
    while (!answer.whole()) {
      int length = socket.getInputStream().read(buffer);
      if (length < 0) {
        throw new IOException("the connection ended: " + answer);
      }
      answer.take(ByteBuffer.wrap(buffer, 0, length));
      if (answer.refused()) {
        throw new IOException("refused: " + answer);
      }
    }
    return new Taken((answer.firstAt() - began) / 1e9, (System.nanoTime() - began) / 1e9);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
