package harness;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One client's connection to a proxy: straight to plain requests, or by CONNECT into TLS and
 * requests there. It asks one request at a time, and whatever is not a whole 200 with the origin's
 * 1 KiB fails the run.
 */
final class Caller implements AutoCloseable {
  /** What a connection is for. */
  sealed interface Way {
    /** {@code tls} believes the proxy's authority, and no other. */
    record Inside(OpenSsl tls, String host, int port) implements Way {}

    record Plain(String host, int port) implements Way {}
  }

  /** What all connections of one thread share. */
  static final class Desk {
    private static final int BYTES = 32 << 10;
    private final ByteBuffer wire = ByteBuffer.allocateDirect(BYTES);
    private final MemorySegment wireBytes = MemorySegment.ofBuffer(wire);
    private final MemorySegment clear = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(BYTES));
  }

  private enum Phase {
    TUNNEL_ASKED,
    SHAKING,
    IDLE,
    ASKED
  }

  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Desk desk;
  private final Way way;
  private final SocketChannel channel;
  private final byte[] request;
  private final byte[] answer = new byte[8 << 10];
  private int answered;
  private Phase phase;
  private Optional<OpenSsl.Session> session = Optional.empty();
  private long askedAt;

  Caller(Desk desk, Selector selector, int proxyPort, Way way) throws IOException {
    this.desk = desk;
    this.way = way;
    channel = Entrance.dial(proxyPort);
    channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, this);
    switch (way) {
      case Way.Inside inside -> {
        String target = TlsOrigin.origin(inside.host, inside.port);
        request = bytes("GET /1k HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
        phase = Phase.TUNNEL_ASKED;
        send(bytes("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n"));
      }
      case Way.Plain plain -> {
        String target = TlsOrigin.origin(plain.host, plain.port);
        request = bytes("GET http://" + target + "/1k HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
        phase = Phase.IDLE;
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  boolean idle() {
    return phase == Phase.IDLE;
  }

  /** Nanoseconds since the last request went out. */
  long waited() {
    return System.nanoTime() - askedAt;
  }

  void ask() throws IOException {
    answered = 0;
    phase = Phase.ASKED;
    askedAt = System.nanoTime();
    if (session.isEmpty()) {
      send(request);
      return;
    }
    MemorySegment.copy(request, 0, desk.clear, ValueLayout.JAVA_BYTE, 0, request.length);
    session.get().write(desk.clear, request.length);
    flush();
  }

  /** Takes what has arrived. It is {@link #idle} afterwards when it has something to do next. */
  void arrived() throws IOException {
    int length;
    try {
      length = channel.read(desk.wire.clear());
    } catch (IOException e) {
      throw new IOException(e.getMessage() + ": " + way + ", " + phase + said(), e);
    }
    if (length < 0) {
      throw new IOException("the proxy closed a connection: " + phase + said());
    }
    if (session.isPresent()) {
      session.get().arrived(desk.wireBytes, length);
    } else {
      keep(desk.wireBytes, length);
    }
    switch (phase) {
      case TUNNEL_ASKED -> tunnelAnswered();
      case SHAKING -> shake();
      case IDLE -> {
        if (decrypt()) {
          throw new IOException("the proxy ended TLS between two requests");
        }
      }
      case ASKED -> answer();
    }
  }

  private void tunnelAnswered() throws IOException {
    if (find(HEAD_END) < 0) {
      return;
    }
    if (!text().matches("(?s)HTTP/1\\.[01] 200 .*") || !(way instanceof Way.Inside inside)) {
      throw new IOException("CONNECT failed" + said());
    }
    answered = 0;
    session = Optional.of(inside.tls.session(inside.host));
    phase = Phase.SHAKING;
    shake();
  }

  private void shake() throws IOException {
    boolean done = session.orElseThrow().shaken();
    flush();
    if (done) {
      phase = Phase.IDLE;
    }
  }

  /** A proxy may end TLS behind a whole answer; asking again then fails. */
  private void answer() throws IOException {
    boolean ended = decrypt();
    if (whole()) {
      phase = Phase.IDLE;
    } else if (ended) {
      throw new IOException("the proxy ended TLS within an answer" + said());
    }
  }

  /** Whether TLS has ended. */
  private boolean decrypt() throws IOException {
    if (session.isEmpty()) {
      return false;
    }
    int length = session.get().read(desk.clear);
    while (length > 0) {
      keep(desk.clear, length);
      length = session.get().read(desk.clear);
    }
    return length < 0;
  }

  private void keep(MemorySegment bytes, int length) throws IOException {
    if (answered + length > answer.length) {
      throw new IOException("more was answered than asked for" + said());
    }
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, answer, answered, length);
    answered += length;
  }

  private boolean whole() throws IOException {
    int head = find(HEAD_END);
    if (head < 0 || answered < head + HEAD_END.length + Origins.BODY_BYTES) {
      if (head >= 0 && !ok()) {
        throw new IOException("a request failed" + said());
      }
      return false;
    }
    boolean sized = answered == head + HEAD_END.length + Origins.BODY_BYTES;
    if (!sized || !ok() || answer[answered - 1] != 'x') {
      throw new IOException("a request failed" + said());
    }
    return true;
  }

  private boolean ok() {
    return answer[9] == '2' && answer[10] == '0' && answer[11] == '0';
  }

  private int find(byte[] wanted) {
    for (int i = 0; i + wanted.length <= answered; i++) {
      if (answer[i] == wanted[0]
          && java.util.Arrays.equals(answer, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private String text() {
    return new String(answer, 0, answered, StandardCharsets.ISO_8859_1);
  }

  private String said() {
    return answered == 0 ? "" : "; it said: " + text().lines().findFirst().orElse("");
  }

  private void flush() throws IOException {
    for (int n = session.orElseThrow().outgoing(desk.wireBytes);
        n > 0;
        n = session.orElseThrow().outgoing(desk.wireBytes)) {
      send(desk.wire.clear().limit(n));
    }
  }

  private void send(byte[] bytes) throws IOException {
    send(desk.wire.clear().put(bytes).flip());
  }

  /** What a client says is far smaller than a socket's buffer. */
  private void send(ByteBuffer bytes) throws IOException {
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      throw new IOException("the proxy takes no bytes: " + phase);
    }
  }

  @Override
  public void close() throws IOException {
    if (session.isPresent()) {
      session.get().sayGoodbye();
      if (channel.isConnected()) {
        try {
          flush();
        } catch (IOException gone) {
          // The proxy has closed before, and needs no goodbye.
        }
      }
      session.get().close();
      session = Optional.empty();
    }
    channel.close();
  }
}
