package harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The clients' side of a measurement. */
final class Load {
  static final int CONNECTIONS = 50;
  static final int DOWNLOADS = 4;
  private static final int READ_BYTES = 256 << 10;
  private static final Pattern COUNTS =
      Pattern.compile("counts requests=(\\d+) errors=(\\d+) p50=(\\d+) p99=(\\d+)");

  /**
   * @param busy share of its core the proxy used, 1 = all of it
   */
  record Requests(
      long count,
      double cpuMicrosEach,
      double perSecond,
      double busy,
      long p50Micros,
      long p99Micros) {}

  record Download(double cpuSecondsPerGiB, double gibPerSecond, double busy) {}

  private Load() {}

  /**
   * Keep-alive requests for 1 KiB from {@value #CONNECTIONS} connections, as fast as they are
   * answered.
   */
  static Requests requests(Testbed bed, Origins origins, Proxy proxy, double seconds)
      throws IOException, InterruptedException {
    String target = "http://" + Origins.HOST + ":" + origins.http + "/1k";
    return requests(bed, proxy, target, CONNECTIONS, seconds);
  }

  /** The same for any target, from so many connections. */
  static Requests requests(Testbed bed, Proxy proxy, String target, int connections, double seconds)
      throws IOException, InterruptedException {
    // wrk counts in whole seconds; the true time is taken here.
    List<String> command =
        List.of(
            "wrk",
            "-t1",
            "-c" + connections,
            "-d" + (int) Math.ceil(seconds) + "s",
            "-s",
            script(bed),
            "http://127.0.0.1:" + proxy.launch.port() + "/",
            "--",
            target);
    long cpu = proxy.cpuNanos();
    long began = System.nanoTime();
    String text = bed.run(Testbed.Core.LOAD, Account.OURS, command);
    long wall = System.nanoTime() - began;
    cpu = proxy.cpuNanos() - cpu;
    Matcher counts = COUNTS.matcher(text);
    if (!counts.find() || !counts.group(2).equals("0") || counts.group(1).equals("0")) {
      throw new IOException(proxy.subject.name() + ": requests failed\n" + text);
    }
    long count = Long.parseLong(counts.group(1));
    return new Requests(
        count,
        cpu / 1e3 / count,
        count * 1e9 / wall,
        (double) cpu / wall,
        Long.parseLong(counts.group(3)),
        Long.parseLong(counts.group(4)));
  }

  private static String script(Testbed bed) {
    return bed.repository.resolve("bench/harness/wrk.lua").toString();
  }

  /** {@value #DOWNLOADS} tunnels at once, each bringing so many bytes. */
  static Download download(Origins origins, Proxy proxy, long bytesPerTunnel)
      throws IOException, ExecutionException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(DOWNLOADS)) {
      long cpu = proxy.cpuNanos();
      long began = System.nanoTime();
      List<Future<Long>> futures = new ArrayList<>();
      for (int i = 0; i < DOWNLOADS; i++) {
        futures.add(
            threads.submit(() -> fetch(proxy.launch.entrance(), origins.sender, bytesPerTunnel)));
      }
      for (Future<Long> future : futures) {
        if (future.get() != bytesPerTunnel) {
          throw new IOException(
              "%s: a tunnel brought %d of %d bytes"
                  .formatted(proxy.subject.name(), future.get(), bytesPerTunnel));
        }
      }
      double wall = System.nanoTime() - began;
      double used = proxy.cpuNanos() - cpu;
      double gib = (double) DOWNLOADS * bytesPerTunnel / (1L << 30);
      return new Download(used / 1e9 / gib, gib * 1e9 / wall, used / wall);
    }
  }

  private static long fetch(Entrance entrance, int port, long bytes) throws IOException {
    try (SocketChannel channel = entrance.open(port)) {
      channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, bytes));
      ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
      long sum = 0;
      for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer.clear())) {
        sum += n;
      }
      return sum;
    }
  }

  /** Opens tunnels that say nothing; the caller closes them. */
  static List<SocketChannel> idle(Origins origins, Proxy proxy, int count) throws IOException {
    List<SocketChannel> channels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      channels.add(proxy.launch.entrance().open(origins.silent));
    }
    return channels;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", share * 100);
  }
}
