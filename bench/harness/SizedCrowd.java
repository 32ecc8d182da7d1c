package harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Many clients on one thread, each of whom downloads one body, all at once. */
final class SizedCrowd implements AutoCloseable {
  private static final int READ_BYTES = 256 << 10;

  private final Selector selector = Selector.open();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
  private int whole;
  private int refused;
  private int broken;

  /**
   * How the downloads ended.
   *
   * @param refused by another status than 200
   * @param broken off within the body
   */
  record Ended(int whole, int refused, int broken, double seconds) {
    String text() {
      return "%d whole, %d refused, %d broken off, after %s s"
          .formatted(whole, refused, broken, Interval.number(seconds));
    }
  }

  private SizedCrowd() throws IOException {}

  static Ended download(
      Proxy proxy, SizedOrigin origin, List<SizedOrigin.Body> bodies, double mostSeconds)
      throws IOException {
    try (SizedCrowd crowd = new SizedCrowd()) {
      long began = System.nanoTime();
      for (SizedOrigin.Body body : bodies) {
        crowd.begin(proxy.launch.port(), origin.port, body);
      }
      while (crowd.ended() < bodies.size()) {
        crowd.arrived();
        if (System.nanoTime() - began > mostSeconds * 1e9) {
          throw new IOException(
              "%s: of %d downloads at once %d had not ended after %s s"
                  .formatted(
                      proxy.subject.name(),
                      bodies.size(),
                      bodies.size() - crowd.ended(),
                      Interval.number(mostSeconds)));
        }
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      return new Ended(crowd.whole, crowd.refused, crowd.broken, seconds);
    }
  }

  private void begin(int proxyPort, int originPort, SizedOrigin.Body body) throws IOException {
    SocketChannel channel = Entrance.dial(proxyPort);
    channels.add(channel);
    channel.write(ByteBuffer.wrap(SizedAnswer.request(originPort, body)));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, new SizedAnswer(body));
  }

  private int ended() {
    return whole + refused + broken;
  }

  private void arrived() throws IOException {
    selector.select(1000);
    for (SelectionKey key : selector.selectedKeys()) {
      SizedAnswer answer = (SizedAnswer) key.attachment();
      if (!read((SocketChannel) key.channel(), answer)) {
        broken++;
      } else if (answer.whole()) {
        whole++;
      } else if (answer.refused()) {
        refused++;
      } else {
        continue;
      }
      key.channel().close();
    }
    selector.selectedKeys().clear();
  }

  /** Whether the connection goes on. */
  private boolean read(SocketChannel channel, SizedAnswer answer) throws IOException {
    int length;
    try {
      length = channel.read(buffer.clear());
    } catch (IOException e) {
      return false;
    }
    if (length > 0) {
      answer.take(buffer.flip());
    }
    return length >= 0;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    selector.close();
  }
}
