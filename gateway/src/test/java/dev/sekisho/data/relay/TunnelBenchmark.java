package dev.sekisho.data.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sekisho.data.origin.HalfOpenEpoll;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures tunnels on loopback: {@code cpu ROUNDS MIB} compares the processor time per GiB of the
 * relaying thread or process, ways interleaved, with HAProxy's {@code option splice-auto}; {@code
 * memory pump|netty TUNNELS} the memory of one idle tunnel, its ends in another process.
 */
final class TunnelBenchmark {
  private static final double TICKS_PER_SECOND = 100;

  private TunnelBenchmark() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "cpu" -> cpu(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      case "memory" -> memory(args[1], Integer.parseInt(args[2]));
      case "ends" -> holdEnds(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }

  /** Something that relays, and where its processor time is written. */
  private record Way(String name, InetSocketAddress address, List<Path> stats) {}

  private static void cpu(int rounds, int mib) throws Exception {
    TunnelLimits limits = TunnelLimits.ofThisMachine();
    TunnelLimits without = new TunnelLimits(1, limits.bufferBytes(), 0, limits.pipeBytes(), 0);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket origin = new ServerSocket(0, 50, here)) {
      int port = origin.getLocalPort();
      List<Way> ways = new ArrayList<>();
      ways.add(pumped("pump, splice", new SpliceTunnels(limits), origin));
      ways.add(pumped("pump, copy", new SpliceTunnels(without), origin));
      ways.add(pumped("netty, copy", new CopyTunnels(), origin));
      Process haproxy = haproxy(port, 39_817);
      ways.add(
          new Way(
              "haproxy, splice",
              new InetSocketAddress(here, 39_817),
              List.of(Path.of("/proc/" + haproxy.pid() + "/stat"))));
      try {
        compare(ways, origin, rounds, mib);
      } finally {
        haproxy.destroy();
      }
    }
  }

  private static void compare(List<Way> ways, ServerSocket origin, int rounds, int mib)
      throws Exception {
    double[][] seconds = new double[ways.size()][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < ways.size(); i++) {
        double spent = run(ways.get(i), origin, mib);
        if (round >= 0) {
          seconds[i][round] = spent * 1024 / mib;
        }
      }
    }
    for (int i = 0; i < ways.size(); i++) {
      Arrays.sort(seconds[i]);
      System.out.printf(
          "%-16s CPU s/GiB: median %.3f, least %.3f, most %.3f%n",
          ways.get(i).name(), seconds[i][rounds / 2], seconds[i][0], seconds[i][rounds - 1]);
    }
  }

  private static double run(Way way, ServerSocket originServer, int mib) throws Exception {
    double before = spent(way.stats());
    try (Socket client = new Socket(way.address().getAddress(), way.address().getPort());
        Socket origin = originServer.accept()) {
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  OutputStream out = origin.getOutputStream();
                  byte[] block = new byte[256 * 1024];
                  for (int i = 0; i < mib * 4; i++) {
                    out.write(block);
                  }
                  origin.shutdownOutput();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      InputStream in = client.getInputStream();
      byte[] block = new byte[256 * 1024];
      long total = 0;
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        total += n;
      }
      writer.join();
      if (total != (long) mib << 20) {
        throw new IllegalStateException(way.name() + ": " + total + " bytes arrived");
      }
    }
    Thread.sleep(50);
    return spent(way.stats()) - before;
  }

  /** Starts a gateway; its threads are those that this makes new. */
  private static Way pumped(String name, Tunnels tunnels, ServerSocket origin) throws Exception {
    List<Path> own = new ArrayList<>();
    for (Path task : tasks()) {
      String thread = Files.readAllLines(task.resolve("comm")).getFirst();
      if (thread.startsWith("tunnels-")) {
        own.add(task.resolve("stat"));
      }
    }
    own.removeAll(USED);
    USED.addAll(own);
    List<Path> before = tasks();
    InetSocketAddress address = gateway(tunnels, origin.getLocalPort(), new AtomicInteger());
    // The first connection starts the event loop.
    new Socket(address.getAddress(), address.getPort()).close();
    origin.accept().close();
    Thread.sleep(300);
    for (Path task : tasks()) {
      if (!before.contains(task)
          && Files.readAllLines(task.resolve("comm")).getFirst().startsWith("multiThread")) {
        own.add(task.resolve("stat"));
      }
    }
    return new Way(name, address, own);
  }

  private static final List<Path> USED = new ArrayList<>();

  private static List<Path> tasks() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.toList();
    }
  }

  private static double spent(List<Path> stats) throws IOException {
    double ticks = 0;
    for (Path stat : stats) {
      String line = Files.readAllLines(stat).getFirst();
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  private static Process haproxy(int originPort, int port) throws Exception {
    Path file = Files.createTempFile("haproxy", ".cfg");
    Files.writeString(
        file,
        """
        global
          nbthread 1
          maxconn 1000
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          option splice-auto
        listen tunnel
          bind 127.0.0.1:%d
          server origin 127.0.0.1:%d
        """
            .formatted(port, originPort));
    Process process =
        new ProcessBuilder("haproxy", "-db", "-f", file.toString()).inheritIO().start();
    Thread.sleep(1000);
    Files.delete(file);
    return process;
  }

  private static InetSocketAddress gateway(Tunnels tunnels, int originPort, AtomicInteger open)
      throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, HalfOpenEpoll.newFactory());
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel client) {
                    dial(tunnels, client, originPort, open);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    return (InetSocketAddress) server.localAddress();
  }

  private static void dial(Tunnels tunnels, Channel client, int originPort, AtomicInteger open) {
    new Bootstrap()
        .group(client.eventLoop())
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel origin) {}
            })
        .connect(InetAddress.getLoopbackAddress(), originPort)
        .addListener((ChannelFuture connected) -> {
          tunnels.open(
              client,
              connected.channel(),
              Unpooled.EMPTY_BUFFER,
              Unpooled.EMPTY_BUFFER,
              Duration.ofMinutes(10),
              ended -> open.decrementAndGet());
          open.incrementAndGet();
        });
  }

  private static void memory(String kind, int count) throws Exception {
    Tunnels tunnels =
        switch (kind) {
          case "pump" -> new SpliceTunnels(TunnelLimits.ofThisMachine());
          case "netty" -> new CopyTunnels();
          default -> throw new IllegalArgumentException(kind);
        };
    AtomicInteger open = new AtomicInteger();
    try (ServerSocket rendezvous = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process ends =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  TunnelBenchmark.class.getName(),
                  "ends",
                  Integer.toString(rendezvous.getLocalPort()))
              .inheritIO()
              .start();
      try (Socket control = rendezvous.accept()) {
        BufferedReader from =
            new BufferedReader(new InputStreamReader(control.getInputStream(), US_ASCII));
        int originPort = Integer.parseInt(from.readLine());
        int port = gateway(tunnels, originPort, open).getPort();
        open(control, port, 1000, from);
        long residentBefore = resident();
        long heapBefore = heap();
        open(control, port, count, from);
        System.out.printf(
            "%s: %d more idle tunnels, each %.2f KiB resident, %.2f KiB of live heap%n",
            kind,
            count,
            (resident() - residentBefore) / 1024.0 / count,
            (heap() - heapBefore) / 1024.0 / count);
      } finally {
        ends.destroy();
        ends.waitFor(10, TimeUnit.SECONDS);
      }
    }
    tunnels.close();
  }

  private static long heap() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static void open(Socket control, int port, int count, BufferedReader from)
      throws Exception {
    control.getOutputStream().write((port + " " + count + "\n").getBytes(US_ASCII));
    from.readLine();
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(500);
    }
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  /** The other process: both ends of every tunnel, each used once and then idle. */
  private static void holdEnds(int rendezvousPort) throws Exception {
    List<Socket> held = new ArrayList<>();
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket originServer = new ServerSocket(0, 4096, here);
        Socket control = new Socket(here, rendezvousPort)) {
      control.getOutputStream().write((originServer.getLocalPort() + "\n").getBytes(US_ASCII));
      BufferedReader from =
          new BufferedReader(new InputStreamReader(control.getInputStream(), US_ASCII));
      for (String line = from.readLine(); line != null; line = from.readLine()) {
        String[] order = line.split(" ");
        for (int i = 0; i < Integer.parseInt(order[1]); i++) {
          Socket client = new Socket(here, Integer.parseInt(order[0]));
          Socket origin = originServer.accept();
          client.getOutputStream().write(1);
          origin.getInputStream().read();
          origin.getOutputStream().write(2);
          client.getInputStream().read();
          held.add(client);
          held.add(origin);
        }
        control.getOutputStream().write("open\n".getBytes(US_ASCII));
      }
    }
  }
}
