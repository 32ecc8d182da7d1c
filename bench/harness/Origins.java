package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the proxies are sent to. All are on the load's core and as cheap as they can be made, since
 * the load must not be the slower side: nginx answers 1 KiB from memory, the sender uses
 * sendfile(2), the silent one only accepts.
 */
final class Origins implements AutoCloseable {
  /** A name and not an address, so that the proxies' rules on names have something to look up. */
  static final String HOST = "localhost";

  static final int BODY_BYTES = 1024;
  private static final int FILE_BYTES = 64 << 20;

  final int http;
  final int sender;
  final int silent;
  final TlsOrigin inside;
  final SizedOrigin sized;
  private final Process nginx;
  private final List<ServerSocketChannel> listeners;
  private final Queue<SocketChannel> held = new ConcurrentLinkedQueue<>();

  Origins(Testbed bed) throws IOException, InterruptedException {
    http = Testbed.freePort();
    nginx = startNginx(bed, http);
    inside = new TlsOrigin(bed);
    sized = new SizedOrigin(bed);
    Path file = bed.folder.resolve("sent.bin");
    Files.write(file, new byte[FILE_BYTES]);
    FileChannel content = FileChannel.open(file, StandardOpenOption.READ);
    ServerSocketChannel sending = listen();
    ServerSocketChannel holding = listen();
    listeners = List.of(sending, holding);
    sender = port(sending);
    silent = port(holding);
    // Platform threads: a virtual one would make its channel non-blocking, and sendfile(2) then
    // returns early.
    accept(sending, channel -> Thread.ofPlatform().daemon().start(() -> send(channel, content)));
    accept(holding, held::add);
    awaitNginx();
  }

  private interface Taker {
    void take(SocketChannel channel);
  }

  private static Process startNginx(Testbed bed, int port) throws IOException {
    Path folder = bed.folderFor("nginx", Account.OURS);
    Path conf = folder.resolve("nginx.conf");
    Files.writeString(
        conf,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log %1$s/error.log;
        events { worker_connections 4096; }
        http {
          access_log off;
          keepalive_requests 1000000000;
          keepalive_timeout 600s;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          server {
            listen 127.0.0.1:%2$d backlog=4096;
            location / { return 200 "%3$s"; }
          }
        }
        """
            .formatted(folder, port, "x".repeat(BODY_BYTES)));
    return bed.start(
        Testbed.Core.LOAD,
        Account.OURS,
        folder.resolve("out"),
        List.of("nginx", "-c", conf.toString(), "-p", folder.toString()));
  }

  private void awaitNginx() throws IOException, InterruptedException {
    for (int i = 0; i < 300; i++) {
      if (Probe.direct(http) instanceof Probe.Served) {
        return;
      }
      Thread.sleep(10);
    }
    throw new IOException("nginx, the origin, does not answer on port " + http);
  }

  private static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
  }

  private static int port(ServerSocketChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static void accept(ServerSocketChannel listener, Taker taker) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (true) {
              taker.take(listener.accept());
            }
          } catch (ClosedChannelException e) {
            // the run is over
          } catch (IOException e) {
            System.err.println("bench: an origin stopped accepting: " + e);
          }
        });
  }

  /** The client says in eight bytes how much it wants. */
  private static void send(SocketChannel channel, FileChannel content) {
    try (channel) {
      ByteBuffer wanted = ByteBuffer.allocate(Long.BYTES);
      while (wanted.hasRemaining()) {
        if (channel.read(wanted) < 0) {
          return;
        }
      }
      long left = wanted.flip().getLong();
      for (long at = 0; left > 0; ) {
        long sent = content.transferTo(at, Math.min(left, FILE_BYTES - at), channel);
        left -= sent;
        at = (at + sent) % FILE_BYTES;
      }
    } catch (IOException e) {
      // The client's count of bytes tells; an early end shows there.
    }
  }

  /** The process, of one thread, that answers plain requests. */
  long plainOrigin() {
    return nginx.pid();
  }

  void dropHeld() throws IOException {
    for (SocketChannel channel = held.poll(); channel != null; channel = held.poll()) {
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    for (ServerSocketChannel listener : listeners) {
      listener.close();
    }
    dropHeld();
    inside.close();
    sized.close();
    Testbed.end(nginx);
  }
}
