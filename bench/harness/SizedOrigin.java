package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves bodies of any length, of which no two need be alike: the path says how long, and what the
 * first bytes are. The rest is the same noise again and again, from a file by sendfile(2), so that
 * the origin costs its core little.
 */
final class SizedOrigin implements AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int REQUEST_BYTES = 8 << 10;
  private static final long PACE_NANOS = 50_000;

  final int port;
  private final ServerSocketChannel listener;
  private final FileChannel noise;
  private final byte[] block = new byte[BLOCK_BYTES];

  /**
   * One body: {@code name} makes its content, and so its digest, its own.
   *
   * @param bytesPerSecond how fast it is sent; 0 for as fast as it is taken
   */
  record Body(long length, String name, long bytesPerSecond) {
    static final int BEGINNING = 48;

    Body(long length, String name) {
      this(length, name, 0);
    }

    /** The same content, from farther away. */
    Body at(long bytesPerSecond) {
      return new Body(length, name, bytesPerSecond);
    }

    String path() {
      return "/" + length + "/" + name + "/" + bytesPerSecond;
    }

    static Body of(String path) {
      String[] parts = path.split("/");
      return new Body(Long.parseLong(parts[1]), parts[2], Long.parseLong(parts[3]));
    }

    byte[] beginning() {
      String text = ("%-" + (BEGINNING - 1) + "s\n").formatted(name);
      return text.getBytes(StandardCharsets.US_ASCII);
    }
  }

  SizedOrigin(Testbed bed) throws IOException {
    new Random(1).nextBytes(block);
    Path file = bed.folder.resolve("noise.bin");
    Files.write(file, block);
    noise = FileChannel.open(file, StandardOpenOption.READ);
    listener =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /** What follows the beginning of every body, over and over. */
  ByteBuffer block() {
    return ByteBuffer.wrap(block).asReadOnlyBuffer();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = listener.accept();
        // Platform threads, as for sendfile(2) everywhere here.
        Thread.ofPlatform().daemon().start(() -> serve(channel));
      }
    } catch (ClosedChannelException e) {
      // the run is over
    } catch (IOException e) {
      System.err.println("bench: an origin stopped accepting: " + e);
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES);
      while (readHead(channel, request.clear())) {
        String head = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
        send(channel, Body.of(URI.create(head.split(" ")[1]).getPath()));
      }
    } catch (IOException e) {
      // The client's count of bytes tells; an early end shows there.
    }
  }

  private static boolean readHead(SocketChannel channel, ByteBuffer head) throws IOException {
    while (channel.read(head) > 0) {
      int end = head.position();
      if (end >= 4 && head.getInt(end - 4) == 0x0d0a0d0a) {
        return true;
      }
    }
    return false;
  }

  private void send(SocketChannel channel, Body body) throws IOException {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
            .formatted(body.length);
    ByteBuffer[] first = {
      ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(body.beginning())
    };
    while (first[1].hasRemaining()) {
      channel.write(first);
    }
    long left = body.length - Body.BEGINNING;
    long began = System.nanoTime();
    for (long at = 0; left > 0; ) {
      long due = Math.min(due(body, began, left), BLOCK_BYTES - at);
      if (due == 0) {
        LockSupport.parkNanos(PACE_NANOS);
      }
      long sent = noise.transferTo(at, due, channel);
      left -= sent;
      at = (at + sent) % BLOCK_BYTES;
    }
  }

  /** How much of what is left may be on its way by now. */
  private static long due(Body body, long began, long left) {
    if (body.bytesPerSecond == 0) {
      return left;
    }
    long sent = body.length - Body.BEGINNING - left;
    double due = (System.nanoTime() - began) / 1e9 * body.bytesPerSecond;
    return Math.clamp((long) due - sent, 0, left);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
