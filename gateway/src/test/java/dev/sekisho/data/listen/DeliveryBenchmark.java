package dev.sekisho.data.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.management.OperatingSystemMXBean;
import dev.sekisho.testing.ClamavDaemon;
import dev.sekisho.testing.RawClient;
import dev.sekisho.testing.ScriptedOrigin;
import dev.sekisho.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * What a large scanned download costs its client, and many at once the gateway: {@code
 * DeliveryBenchmark MEGABYTES COUNT}. Beside it what it costs without a scan, with a verdict that
 * is known, and clamd alone. Real clamd; origin, gateway and clients in one process, so the memory
 * is an upper bound.
 */
public final class DeliveryBenchmark {
  private static final byte[] PATTERN = "no such thing is in these bodies".getBytes(ISO_8859_1);

  private DeliveryBenchmark() {}

  /**
   * Seconds until the first byte of the body, and until the last, and of processors by all of this
   * process, which is origin and client too.
   */
  private record Taken(double first, double whole, double cpu) {}

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static double cpu() {
    return SYSTEM.getProcessCpuTime() / 1e9;
  }

  public static void main(String[] arguments) throws Exception {
    long length = Long.parseLong(arguments[0]) * 1_000_000;
    int count = Integer.parseInt(arguments[1]);
    Path folder = Files.createTempDirectory("sekisho-deliveries");
    byte[] block = new byte[1 << 16];
    new Random(1).nextBytes(block);
    String limits = "StreamMaxLength 1000M\nMaxFileSize 1000M\nMaxScanSize 2000M\n";
    try (ClamavDaemon clamd = ClamavDaemon.start(folder, "Pattern", PATTERN, limits);
        ScriptedOrigin origin = ScriptedOrigin.of(line -> serve(line, block, length));
        TestGateway direct = TestGateway.start("");
        TestGateway scanning = TestGateway.start(scan(clamd, 0));
        TestGateway knowing = TestGateway.start(scan(clamd, 100))) {
      int rounds = (int) Math.clamp(100_000_000 / length, 5, 200);
      List<Taken> unscanned = new ArrayList<>();
      List<Taken> scanned = new ArrayList<>();
      List<Taken> known = new ArrayList<>();
      List<Taken> alone = new ArrayList<>();
      // The first of each is for warming up, and for the cache.
      for (int i = 0; i <= rounds; i++) {
        unscanned.add(get(direct, origin, length));
        known.add(get(knowing, origin, length));
        scanned.add(get(scanning, origin, length));
        alone.add(alone(clamd, block, length));
      }
      print("not scanned", unscanned);
      print("known      ", known);
      print("scanned    ", scanned);
      print("clamd alone", alone);
      if (count > 0) {
        many(scanning, origin, length, count);
      }
    }
  }

  /** What clamd itself takes for the same bytes. */
  private static Taken alone(ClamavDaemon clamd, byte[] block, long length) throws IOException {
    long begin = System.nanoTime();
    double cpu = cpu();
    try (SocketChannel line = SocketChannel.open(UnixDomainSocketAddress.of(clamd.socket()))) {
      write(line, ByteBuffer.wrap("zINSTREAM\0".getBytes(ISO_8859_1)));
      for (long sent = 0; sent < length; sent += block.length) {
        int rest = (int) Math.min(block.length, length - sent);
        write(line, ByteBuffer.allocate(4).putInt(rest).flip());
        write(line, ByteBuffer.wrap(block, 0, rest));
      }
      write(line, ByteBuffer.allocate(4));
      line.read(ByteBuffer.allocate(100));
    }
    double taken = (System.nanoTime() - begin) / 1e9;
    return new Taken(taken, taken, cpu() - cpu);
  }

  private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private static void print(String what, List<Taken> all) {
    List<Taken> warm = all.subList(1, all.size());
    print(
        what,
        new Taken(
            median(warm, Taken::first), median(warm, Taken::whole), median(warm, Taken::cpu)));
  }

  private static double median(List<Taken> all, ToDoubleFunction<Taken> of) {
    double[] sorted = all.stream().mapToDouble(of).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void many(TestGateway scanning, ScriptedOrigin origin, long length, int count)
      throws Exception {
    System.gc();
    long before = resident();
    long peak = before;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Taken>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(threads.submit(() -> get(scanning, origin, length)));
      }
      while (!all.stream().allMatch(Future::isDone)) {
        peak = Math.max(peak, resident());
        Thread.sleep(20);
      }
      print(count + " at once, the last", all.getLast().get());
    }
    System.out.printf(
        Locale.ROOT,
        "resident: %d MiB before, at most %d more%n",
        before >> 20,
        (peak - before) >> 20);
  }

  private static String scan(ClamavDaemon clamd, int remembered) {
    return "scan: { engines: [ { clamd: \""
        + clamd.address()
        + "\" } ], engine-timeout: 30m, cache: { entries: "
        + remembered
        + " } }\n";
  }

  private static void serve(ScriptedOrigin.Line line, byte[] block, long length)
      throws IOException {
    while (!line.readHead().isEmpty()) {
      line.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
      for (long sent = 0; sent < length; sent += block.length) {
        int rest = (int) Math.min(block.length, length - sent);
        line.socket().getOutputStream().write(block, 0, rest);
      }
    }
  }

  private static Taken get(TestGateway gateway, ScriptedOrigin origin, long length)
      throws IOException {
    long begin = System.nanoTime();
    double cpu = cpu();
    try (RawClient client = gateway.client()) {
      client.socket().setSoTimeout(0);
      client.send(
          "GET http://"
              + origin.authority()
              + "/large HTTP/1.1\r\nHost: "
              + origin.authority()
              + "\r\n\r\n");
      String head = client.readHead();
      if (!head.startsWith("HTTP/1.1 200")) {
        throw new IOException(head);
      }
      InputStream in = client.input();
      byte[] buffer = new byte[1 << 16];
      long got = in.read(buffer);
      double first = (System.nanoTime() - begin) / 1e9;
      while (got < length) {
        int more = in.read(buffer);
        if (more < 0) {
          throw new IOException("ended after " + got);
        }
        got += more;
      }
      return new Taken(first, (System.nanoTime() - begin) / 1e9, cpu() - cpu);
    }
  }

  private static void print(String what, Taken taken) {
    System.out.printf(
        Locale.ROOT,
        "%s: first byte after %.4f s, whole after %.4f s, %.4f s of processors%n",
        what,
        taken.first,
        taken.whole,
        taken.cpu);
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("no VmRSS");
  }
}
