package harness;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of a tunnel in which nothing happens: what the processes' memory (PSS) grew by, as it is
 * and without asking for a garbage collection, divided by the tunnels opened. Every sample is a
 * fresh process.
 */
record IdleRow(Path listed) implements Row {
  private static final int WARMING_TUNNELS = 200;
  private static final int MOST_RUNS = 6;

  @Override
  public String key() {
    return "idle";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section(
        "idle: %d CONNECT tunnels without a byte (KiB of process memory each)"
            .formatted(pace.tunnels()));
    Bar bar = Bar.atMost(15, "15 KiB");
    String figure = "idle CONNECT tunnel, memory each (at %d)".formatted(pace.tunnels());
    for (Subject subject :
        List.of(
            new Sekisho(new Names.Listed(listed)),
            new Squid(new Names.None()),
            new HaProxy(HaProxy.Splice.ALWAYS),
            new TrafficServer())) {
      try {
        double[] samples = samples(bed, origins, pace, subject, report);
        if (subject instanceof Sekisho) {
          report.judged(figure, bar, Interval.of(samples), "KiB");
        } else {
          report.compared(figure + ", " + subject.name(), Interval.of(samples), "KiB");
        }
      } catch (IOException e) {
        report.note(subject.name() + " is left out: " + e.getMessage());
        if (subject instanceof Sekisho) {
          report.missing(figure, bar, "Sekisho was left out");
        }
      }
    }
  }

  private static double[] samples(
      Testbed bed, Origins origins, Pace pace, Subject subject, Report report)
      throws IOException, InterruptedException {
    double[] samples = new double[Math.min(pace.starts(), MOST_RUNS)];
    for (int i = 0; i < samples.length; i++) {
      try (Proxy proxy = Proxy.start(bed, origins, Testbed.Core.PROXY, subject)) {
        samples[i] = grow(bed, origins, proxy, pace.tunnels(), report);
      } finally {
        origins.dropHeld();
      }
    }
    return samples;
  }

  private static double grow(Testbed bed, Origins origins, Proxy proxy, int tunnels, Report report)
      throws IOException, InterruptedException {
    close(Load.idle(origins, proxy, WARMING_TUNNELS));
    origins.dropHeld();
    Thread.sleep(1000);
    long before = proxy.memoryBytes();
    List<SocketChannel> channels = Load.idle(origins, proxy, tunnels);
    try {
      Thread.sleep(2000);
      long after = proxy.memoryBytes();
      report.note(
          "%s: %d MiB before, %d MiB with %d tunnels%s"
              .formatted(
                  proxy.subject.name(), before >> 20, after >> 20, tunnels, heap(bed, proxy)));
      return (after - before) / 1024.0 / tunnels;
    } finally {
      close(channels);
    }
  }

  /**
   * What the JVM says of its heap, to tell tunnels from garbage not collected yet. Asked last,
   * since asking costs memory too.
   */
  private static String heap(Testbed bed, Proxy proxy) throws IOException, InterruptedException {
    if (!(proxy.subject instanceof Sekisho)) {
      return "";
    }
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    List<String> command = List.of(jcmd, Long.toString(proxy.pid()), "GC.heap_info");
    try {
      List<String> lines =
          new ArrayList<>(
              bed.run(Testbed.Core.LOAD, proxy.launch.account(), command).lines().toList());
      lines.removeIf(line -> !line.matches(".*(total|committed|used).*") || line.contains("space"));
      return "; heap: " + String.join("; ", lines.stream().map(String::strip).toList());
    } catch (IOException e) {
      return "; heap not told: " + e.getMessage().lines().findFirst().orElse("?");
    }
  }

  private static void close(List<SocketChannel> channels) throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }
}
