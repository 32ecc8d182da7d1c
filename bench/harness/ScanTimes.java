package harness;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/** How long a client waits for scanned bodies, beside clamd's own time for the same bytes. */
final class ScanTimes implements AutoCloseable {
  private static final String OURS = "Sekisho";
  private static final String UNCACHED = "Sekisho without cache";
  private static final String UNSCANNED = "Sekisho, not scanning";
  private static final String CLAMD = "clamd itself";
  private static final String DIRECT = "directly";

  private static final int MEGABYTE = 1_000_000;
  private static final int SMALL = 100_000;

  /** What Squid can hold of a body before its scanner has it all. */
  private static final int SMALLER = 50_000;

  private static final int SMALL_PER_SECOND = 50;

  /** A peer that has been silent for so long in a small body, or a large one, does not go on. */
  private static final int STANDSTILL_MILLIS = 1000;

  private static final int LARGE_STANDSTILL_MILLIS = 10_000;
  private static final List<Integer> KNOWN = List.of(SMALL, MEGABYTE);
  private static final int KNOWN_CONNECTIONS = 8;
  private static final long GIGABIT = 125_000_000;
  private static final int FROM_AFAR = 40;

  /** More than this of clamd's time, for a body it is not asked about, and it was asked. */
  private static final double ASKED_MICROS = 200;

  private static final SizedClient.Taken NOT_TAKEN = new SizedClient.Taken(0, 0);

  /** The fewest whose range holds the true median with 95 per cent is six. */
  private static final int LARGE_ROUNDS = 7;

  private final Scanners scanners;
  private final Pace pace;
  private final Report report;
  private final Map<String, Scanners.Scanning> proxies = new LinkedHashMap<>();
  private final Map<String, IOException> standstills = new LinkedHashMap<>();

  /** One window of small bodies, the median of their latencies. */
  private record Small(double millis, double cpuMicros, double clamdMicros, int standstills) {}

  private record Known(Load.Requests requests, double clamdMicros) {}

  private ScanTimes(Scanners scanners, Pace pace, Report report) {
    this.scanners = scanners;
    this.pace = pace;
    this.report = report;
  }

  static ScanTimes start(Scanners scanners, Pace pace, Report report)
      throws IOException, InterruptedException {
    ScanTimes times = new ScanTimes(scanners, pace, report);
    try {
      times.add(OURS, scanners.sekisho(OURS, ""));
      times.add(UNCACHED, scanners.sekisho(UNCACHED, ", cache: { entries: 0 }"));
      times.add(UNSCANNED, scanners.unscanned());
    } catch (IOException e) {
      times.close();
      throw e;
    }
    try {
      Scanners.Scanning squid = scanners.squid();
      times.add(squid.name(), squid);
    } catch (IOException e) {
      report.note("Squid with c-icap is left out: " + e.getMessage());
    }
    return times;
  }

  private void add(String name, Scanners.Scanning proxy) {
    proxies.put(name, proxy);
  }

  /** Whoever scans fresh bodies: all but the one that does not scan. */
  private List<String> scanning(String... without) {
    return proxies.keySet().stream()
        .filter(name -> !name.equals(UNSCANNED) && !Arrays.asList(without).contains(name))
        .toList();
  }

  /** Small bodies that nobody has seen, one after the other on one connection. */
  void fresh() throws IOException, ExecutionException, InterruptedException {
    fresh(SMALL);
    fresh(SMALLER);
  }

  private void fresh(int length) throws IOException, ExecutionException, InterruptedException {
    int count = (int) (SMALL_PER_SECOND * pace.windowSeconds());
    Turns<Small> turns = new Turns<>();
    turns.add(CLAMD, () -> clamdItself(length, count));
    for (String name : scanning()) {
      turns.add(name, () -> small(name, length, count));
    }
    turns.warmUp(0);
    if (length == SMALL) {
      // The JVM needs some thousand bodies; the others need none.
      turns.warmUp(OURS, pace.warmUpSeconds() / 2);
      turns.warmUp(UNCACHED, pace.warmUpSeconds() / 4);
    }
    turns.rounds(pace.pairs());
    double[] own = turns.of(CLAMD, Small::millis);
    report.note(
        "%s, clamd itself: %s, its CPU %s"
            .formatted(
                size(length),
                Interval.of(own).text("ms"),
                Interval.of(turns.of(CLAMD, Small::clamdMicros)).text("us")));
    for (String name : scanning()) {
      concludeFresh(length, name, turns, own);
    }
  }

  private void concludeFresh(int length, String name, Turns<Small> turns, double[] own) {
    String figure = "clean %s body, never seen: ".formatted(size(length));
    String lasting = size(length) + name;
    if (standstills.containsKey(lasting)) {
      report.notCompared(figure + name, standstills.get(lasting));
      return;
    }
    double[] cpu = turns.of(name, Small::cpuMicros);
    report.note(
        "%s, %s: %s, %.0f stood still, CPU %s, clamd's for it %s"
            .formatted(
                size(length),
                name,
                Interval.of(turns.of(name, Small::millis)).text("ms"),
                Arrays.stream(turns.of(name, Small::standstills)).sum(),
                Interval.of(cpu).text("us"),
                Interval.of(turns.of(name, Small::clamdMicros)).text("us")));
    Interval more = differences(turns.of(name, Small::millis), own);
    if (name.equals(OURS) && length == SMALL) {
      report.judged(
          figure + "time beyond clamd's own", Bar.atMost(2, "clamd's own + 2 ms"), more, "ms");
      return;
    }
    report.compared(figure + "time beyond clamd's own, " + name, more, "ms");
    if (!(proxies.get(name).proxy().subject instanceof Sekisho)) {
      double[] ours = turns.of(OURS, Small::cpuMicros);
      report.compared(
          figure + "CPU without clamd's, against " + name, Interval.ofRatios(cpu, ours), "x");
    }
  }

  private Small clamdItself(int length, int count) throws IOException {
    double[] seconds = new double[count];
    long cpu = scanners.clamd().cpuNanos();
    for (int i = 0; i < count; i++) {
      seconds[i] = scanners.clamd().scan(scanners.origins().sized, scanners.fresh(length));
    }
    double micros = each(scanners.clamd().cpuNanos() - cpu, count);
    return new Small(median(seconds) * 1e3, 0, micros, 0);
  }

  /** Ours may not stand still; a peer may, and its window then ends after twice its time. */
  private Small small(String name, int length, int count) throws IOException {
    Scanners.Scanning proxy = proxies.get(name);
    int patience =
        proxy.proxy().subject instanceof Sekisho ? SizedClient.PATIENCE_MILLIS : STANDSTILL_MILLIS;
    if (standstills.containsKey(size(length) + name)) {
      return new Small(0, 0, 0, 0);
    }
    long end = System.nanoTime() + (long) (2 * pace.windowSeconds() * 1e9);
    long cpu = proxy.cpuNanos();
    long clamd = scanners.clamd().cpuNanos();
    List<Double> seconds = new ArrayList<>();
    int stood = 0;
    while (seconds.size() < count && (stood == 0 || System.nanoTime() < end)) {
      try (SizedClient client =
          SizedClient.through(proxy.proxy(), scanners.origins().sized, patience)) {
        while (seconds.size() < count) {
          seconds.add(client.get(scanners.fresh(length)).whole());
        }
      } catch (SocketTimeoutException e) {
        stood++;
      } catch (IOException e) {
        throw new IOException(name + ": " + e.getMessage(), e);
      }
    }
    if (seconds.isEmpty()) {
      standstills.put(
          size(length) + name, new IOException("%s: of %d none came".formatted(name, stood)));
      return new Small(0, 0, 0, stood);
    }
    return new Small(
        median(seconds.stream().mapToDouble(Double::doubleValue).toArray()) * 1e3,
        each(proxy.cpuNanos() - cpu, seconds.size()),
        each(scanners.clamd().cpuNanos() - clamd, seconds.size()),
        stood);
  }

  /** The same body again and again: its verdict is known, so only its digest is made. */
  void known() throws IOException, ExecutionException, InterruptedException {
    for (int length : KNOWN) {
      SizedOrigin.Body body = scanners.fresh(length);
      Turns<Known> turns = new Turns<>();
      for (String name : List.of(OURS, UNSCANNED)) {
        turns.add(name, () -> known(proxies.get(name), body));
      }
      turns.warmUp(pace.warmUpSeconds() / 12);
      turns.rounds(pace.pairs());
      concludeKnown(length, turns);
      knownFromAfar(length, body.at(GIGABIT));
    }
  }

  /** One after the other, from an origin that sends a gigabit a second. */
  private void knownFromAfar(int length, SizedOrigin.Body body)
      throws IOException, ExecutionException, InterruptedException {
    Turns<Double> turns = new Turns<>();
    for (String name : List.of(OURS, UNSCANNED)) {
      turns.add(name, () -> fromAfar(proxies.get(name), body));
    }
    turns.warmUp(pace.warmUpSeconds() / 12);
    turns.rounds(pace.pairs());
    double[] ours = turns.of(OURS, Double::doubleValue);
    double[] others = turns.of(UNSCANNED, Double::doubleValue);
    report.note(
        "%s, known, at 1 Gbit/s: %s, not scanned %s"
            .formatted(size(length), Interval.of(ours).text("ms"), Interval.of(others).text("ms")));
    report.judged(
        "clean %s body, verdict known, at 1 Gbit/s: time, against not scanned"
            .formatted(size(length)),
        Bar.atMost(1.3, "1.3 x unscanned"),
        Interval.ofRatios(ours, others),
        "x");
  }

  /** The median, in milliseconds. */
  private double fromAfar(Scanners.Scanning proxy, SizedOrigin.Body body) throws IOException {
    double[] millis = new double[FROM_AFAR];
    try (SizedClient client = SizedClient.through(proxy.proxy(), scanners.origins().sized)) {
      for (int i = 0; i < millis.length; i++) {
        millis[i] = client.get(body).whole() * 1e3;
      }
    }
    return median(millis);
  }

  private void concludeKnown(int length, Turns<Known> turns) throws IOException {
    String size = size(length);
    for (String name : List.of(OURS, UNSCANNED)) {
      report.note(
          "%s, known, %s: p50 %s, CPU %s, %s/s, core used %s, clamd's for it %s"
              .formatted(
                  size,
                  name,
                  Interval.of(turns.of(name, one -> one.requests.p50Micros())).text("us"),
                  Interval.of(turns.of(name, one -> one.requests.cpuMicrosEach())).text("us"),
                  Interval.number(
                      Interval.of(turns.of(name, one -> one.requests.perSecond())).median()),
                  Load.percent(Interval.of(turns.of(name, one -> one.requests.busy())).median()),
                  Interval.of(turns.of(name, Known::clamdMicros)).text("us")));
    }
    if (Interval.of(turns.of(OURS, Known::clamdMicros)).median() > ASKED_MICROS) {
      throw new IOException("the verdict of a body of " + size + " was not known");
    }
    report.compared(
        "clean %s body, verdict known, from loopback: latency at %d connections, against not scanned"
            .formatted(size, KNOWN_CONNECTIONS),
        ratios(turns, one -> one.requests.p50Micros()),
        "x");
    report.compared(
        "clean %s body, verdict known: CPU, against not scanned".formatted(size),
        ratios(turns, one -> one.requests.cpuMicrosEach()),
        "x");
  }

  private static Interval ratios(Turns<Known> turns, ToDoubleFunction<Known> figure) {
    return Interval.ofRatios(turns.of(OURS, figure), turns.of(UNSCANNED, figure));
  }

  private Known known(Scanners.Scanning proxy, SizedOrigin.Body body)
      throws IOException, InterruptedException {
    long clamd = scanners.clamd().cpuNanos();
    String origin = TlsOrigin.origin(Origins.HOST, scanners.origins().sized.port);
    Load.Requests requests =
        Load.requests(
            scanners.bed(),
            proxy.proxy(),
            "http://" + origin + body.path(),
            KNOWN_CONNECTIONS,
            pace.windowSeconds() / 3);
    double micros = (scanners.clamd().cpuNanos() - clamd) / 1e3 / requests.count();
    return new Known(requests, micros);
  }

  /** A large file, by a client that is no browser. */
  void large() throws IOException, ExecutionException, InterruptedException {
    long length = pace.scanned().large();
    SizedOrigin origin = scanners.origins().sized;
    Turns<SizedClient.Taken> turns = new Turns<>();
    turns.add(
        CLAMD,
        () -> new SizedClient.Taken(0, scanners.clamd().scan(origin, scanners.fresh(length))));
    turns.add(
        DIRECT,
        () -> {
          try (SizedClient client = SizedClient.direct(origin)) {
            return client.get(scanners.fresh(length));
          }
        });
    for (String name : scanning(UNCACHED)) {
      turns.add(name, () -> large(name, length));
    }
    turns.warmUp(0);
    turns.rounds(Math.min(pace.pairs(), LARGE_ROUNDS));
    double[] least = turns.of(CLAMD, SizedClient.Taken::whole);
    double[] direct = turns.of(DIRECT, SizedClient.Taken::whole);
    report.note(large(length) + ", clamd itself: " + Interval.of(least).text("s"));
    report.note(large(length) + ", directly: " + Interval.of(direct).text("s"));
    Arrays.setAll(least, i -> least[i] + direct[i]);
    for (String name : scanning(UNCACHED)) {
      concludeLarge(name, large(length), turns, least);
    }
  }

  private void concludeLarge(
      String name, String body, Turns<SizedClient.Taken> turns, double[] least) {
    double[] whole = turns.of(name, SizedClient.Taken::whole);
    if (standstills.containsKey(name)) {
      report.notCompared(body + ": whole, " + name, standstills.get(name));
      return;
    }
    Interval first = Interval.of(turns.of(name, SizedClient.Taken::first));
    report.note(
        "%s, %s: first byte after %s, whole after %s"
            .formatted(body, name, first.text("s"), Interval.of(whole).text("s")));
    String firstFigure = body + ": time to the first byte";
    String wholeFigure = body + ": whole, against directly + clamd's own time";
    if (name.equals(OURS)) {
      report.judged(firstFigure, Bar.atMost(1, "1 s"), first, "s");
      report.judged(wholeFigure, Bar.atMost(1.15, "1.15 x"), Interval.ofRatios(whole, least), "x");
    } else {
      report.compared(firstFigure + ", " + name, first, "s");
      report.compared(wholeFigure + ", " + name, Interval.ofRatios(whole, least), "x");
    }
  }

  /** A peer that once did not bring it is not asked again. */
  private SizedClient.Taken large(String name, long length) throws IOException {
    SizedOrigin origin = scanners.origins().sized;
    Proxy proxy = proxies.get(name).proxy();
    int patience =
        proxy.subject instanceof Sekisho ? SizedClient.PATIENCE_MILLIS : LARGE_STANDSTILL_MILLIS;
    if (standstills.containsKey(name)) {
      return NOT_TAKEN;
    }
    try (SizedClient client = SizedClient.through(proxy, origin, patience)) {
      return client.get(scanners.fresh(length));
    } catch (IOException e) {
      IOException named = new IOException(name + ": " + e.getMessage(), e);
      if (proxy.subject instanceof Sekisho) {
        throw named;
      }
      standstills.put(name, named);
      return NOT_TAKEN;
    }
  }

  private static String large(long length) {
    return "clean %d MB body".formatted(length / MEGABYTE);
  }

  private static String size(int length) {
    return length < MEGABYTE ? length / 1000 + " KB" : length / MEGABYTE + " MB";
  }

  private static double each(long nanos, int count) {
    return nanos / 1e3 / count;
  }

  private static double median(double[] values) {
    return Interval.of(values).median();
  }

  private static Interval differences(double[] above, double[] below) {
    double[] more = new double[above.length];
    Arrays.setAll(more, i -> above[i] - below[i]);
    return Interval.of(more);
  }

  @Override
  public void close() {
    proxies.values().forEach(Scanners.Scanning::close);
  }
}
