package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Whether minting slows others: the p99 of plain requests at an even pace, alone, beside new
 * inspected connections to names never seen before, and beside as many to one name whose leaf is
 * there. The last tells what is minting's share, since a new connection costs CPU time either way.
 */
record MintRow(Path listed, AtomicLong names) implements Row {
  private static final double PLAIN_PER_SECOND = 1000;
  private static final double NAMES_PER_SECOND = 500;

  /** A rate that is missed by more than this is told in the figure's name. */
  private static final double REACHED = 0.98;

  private static final int MOST_WARM_UPS = 4;
  private static final int LEVEL_WINDOWS = 4;
  private static final double LEVEL = 1.03;

  private enum Beside {
    NOTHING("alone"),
    NEW_NAMES("beside new names"),
    KNOWN_NAME("beside a known name");

    private final String text;

    Beside(String text) {
      this.text = text;
    }
  }

  private record Sample(double p50, double p99, double plain, double opened, double busy) {}

  MintRow(Path listed) {
    this(listed, new AtomicLong());
  }

  @Override
  public String key() {
    return "mint";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section(
        ("mint: %.0f plain requests a second, alone and beside %.0f new inspected"
                + " connections a second (latency of the plain ones)")
            .formatted(PLAIN_PER_SECOND, NAMES_PER_SECOND));
    Subject subject = new Sekisho(new Names.Listed(listed));
    // Who measures, and who answers what is measured.
    Niceness.goFirst(0);
    Niceness.goFirst(origins.plainOrigin());
    try (Proxy proxy = Proxy.start(bed, origins, Testbed.Core.PROXY, subject);
        OpenSsl tls = InsideLoad.believing(proxy)) {
      warmUp(origins, proxy, tls, pace, report);
      Map<Beside, List<Sample>> samples = new EnumMap<>(Beside.class);
      List<Beside> order = new ArrayList<>(List.of(Beside.values()));
      for (int i = 0; i < pace.pairs(); i++) {
        for (Beside beside : order) {
          samples
              .computeIfAbsent(beside, key -> new ArrayList<>())
              .add(sample(origins, proxy, tls, beside, pace.windowSeconds()));
        }
        Collections.rotate(order, 1);
      }
      samples.forEach((beside, taken) -> report.note(text(beside, taken)));
      conclude(samples, report);
    }
  }

  /**
   * As many new names as it can take, not more, since a JVM that is cold would fall behind any pace;
   * until it takes no more of them than before.
   */
  private void warmUp(Origins origins, Proxy proxy, OpenSsl tls, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    List<Double> seen = new ArrayList<>();
    long end = System.nanoTime() + (long) (MOST_WARM_UPS * pace.warmUpSeconds() * 1e9);
    Supplier<Caller.Way> way = () -> inside(origins, tls, "n" + names.incrementAndGet());
    while (System.nanoTime() < end && !levelled(seen)) {
      try (Callers callers = new Callers(proxy.launch.port())) {
        double seconds = pace.windowSeconds();
        seen.add(callers.dialAgain(InsideLoad.DIALLING, way, seconds) / seconds);
      }
      sample(origins, proxy, tls, Beside.NOTHING, pace.windowSeconds() / 3);
    }
    report.note(
        "warm-up, new names a second at full speed: %s %s"
            .formatted(Lineup.numbers(seen), levelled(seen) ? "(level)" : "(still rising)"));
  }

  /** The last windows together are hardly more than those before. */
  private static boolean levelled(List<Double> seen) {
    int size = seen.size();
    return size >= 4 * LEVEL_WINDOWS
        && sum(seen.subList(size - LEVEL_WINDOWS, size))
            <= LEVEL * sum(seen.subList(size - 2 * LEVEL_WINDOWS, size - LEVEL_WINDOWS));
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private Sample sample(Origins origins, Proxy proxy, OpenSsl tls, Beside beside, double seconds)
      throws IOException, ExecutionException, InterruptedException {
    Supplier<Caller.Way> way =
        switch (beside) {
          case NOTHING, KNOWN_NAME -> () -> inside(origins, tls, "known");
          case NEW_NAMES -> () -> inside(origins, tls, "n" + names.incrementAndGet());
        };
    double rate = beside == Beside.NOTHING ? 0 : NAMES_PER_SECOND;
    FutureTask<Double> opening = new FutureTask<>(() -> open(proxy, way, rate, seconds));
    try (Callers callers = new Callers(proxy.launch.port())) {
      callers.dial(Load.CONNECTIONS, new Caller.Way.Plain(Origins.HOST, origins.http));
      callers.askAgain(0);
      callers.latencies().clear();
      Thread.ofPlatform().daemon().start(opening);
      long cpu = proxy.cpuNanos();
      long began = System.nanoTime();
      long count = callers.askAt(PLAIN_PER_SECOND, seconds);
      double wall = System.nanoTime() - began;
      double busy = (proxy.cpuNanos() - cpu) / wall;
      return new Sample(
          callers.latencies().micros(0.5),
          callers.latencies().micros(0.99),
          count * 1e9 / wall,
          opening.get(),
          busy);
    }
  }

  private static Caller.Way inside(Origins origins, OpenSsl tls, String label) {
    return new Caller.Way.Inside(tls, label + "." + TlsOrigin.WILDCARD, origins.inside.port);
  }

  /** Connections opened a second. The plain requests, whose latency is measured, go before. */
  private static double open(Proxy proxy, Supplier<Caller.Way> way, double rate, double seconds)
      throws IOException {
    if (rate == 0) {
      return 0;
    }
    Niceness.lower();
    try (Callers callers = new Callers(proxy.launch.port())) {
      long began = System.nanoTime();
      long count = callers.dialAt(rate, way, seconds);
      return count * 1e9 / (System.nanoTime() - began);
    }
  }

  private static String text(Beside beside, List<Sample> samples) {
    return ("%s: p50 %s us, p99 %s us, %s plain and %s new connections/s, core used %s;"
            + " p99 of each window: %s")
        .formatted(
            beside.text,
            Interval.number(median(samples.stream().map(Sample::p50).toList())),
            Interval.number(median(samples.stream().map(Sample::p99).toList())),
            Interval.number(median(samples.stream().map(Sample::plain).toList())),
            Interval.number(median(samples.stream().map(Sample::opened).toList())),
            Load.percent(median(samples.stream().map(Sample::busy).toList())),
            Lineup.numbers(samples.stream().map(Sample::p99).toList()));
  }

  private static void conclude(Map<Beside, List<Sample>> samples, Report report) {
    double reached = median(samples.get(Beside.NEW_NAMES).stream().map(Sample::opened).toList());
    String rate =
        reached >= NAMES_PER_SECOND * REACHED
            ? "%.0f".formatted(NAMES_PER_SECOND)
            : String.format(Locale.ROOT, "%.0f (of %.0f wanted)", reached, NAMES_PER_SECOND);
    report.judged(
        "p99 of plain requests beside %s new names a second, against alone".formatted(rate),
        Bar.atMost(1.2, "1.2 x"),
        ratios(samples, Beside.NEW_NAMES, Beside.NOTHING),
        "x");
    report.compared(
        "p99 of plain requests beside as many connections to a known name, against alone",
        ratios(samples, Beside.KNOWN_NAME, Beside.NOTHING),
        "x");
    report.compared(
        "p99 of plain requests beside new names, against beside a known name",
        ratios(samples, Beside.NEW_NAMES, Beside.KNOWN_NAME),
        "x");
  }

  private static Interval ratios(Map<Beside, List<Sample>> samples, Beside above, Beside below) {
    return Interval.ofRatios(p99(samples.get(above)), p99(samples.get(below)));
  }

  private static double[] p99(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::p99).toArray();
  }

  private static double median(List<Double> values) {
    return Interval.of(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }
}
