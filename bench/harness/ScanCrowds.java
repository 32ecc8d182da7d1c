package harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a proxy's memory grows to while many large bodies wait for clamd at once, from the same
 * process when it was warm and idle. Each is a fresh process. A peak happened or did not: there is
 * one of each, and no interval.
 */
record ScanCrowds(Scanners scanners, Pace pace, Report report) {
  private static final String OURS = "Sekisho";
  private static final int MEGABYTE = 1_000_000;
  private static final long MANY_BYTES = 50L * MEGABYTE;
  private static final int WARMING = 4;
  private static final int WARMING_SMALL = 200;
  private static final int SETTLE_MILLIS = 3000;

  /** More than clamd needs for all of them on a slow machine. */
  private static final double PATIENCE_SECONDS = 600;

  /** A peer of which many stand still is not waited for so long. */
  private static final double PEER_PATIENCE_SECONDS = 90;

  private static final double WARMING_SECONDS = 20;

  private static final Pattern FATE = Pattern.compile("\"fate\":\"([a-z]+)\"");
  private static final Pattern REASON = Pattern.compile("\"verdict_reason\":\"([a-z-]+)");

  private record Grown(SizedCrowd.Ended ended, long before, long peak) {
    double mebibytes() {
      return (peak - before) / 1048576.0;
    }
  }

  /** Many bodies that can all be held. */
  void scanned() throws IOException, ExecutionException, InterruptedException {
    int count = pace.scanned().many();
    String figure = "memory beyond idle, %d scans of 50 MB at once".formatted(count);
    Bar bar = Bar.atMost(512, "512 MiB");
    try (Scanners.Scanning ours = scanners.sekisho(OURS, "")) {
      Grown grown = grow(ours, count, MANY_BYTES, figure, PATIENCE_SECONDS);
      fates(ours, grown, MANY_BYTES);
      if (grown.ended.whole() == count) {
        report.judged(figure, bar, Interval.observed(grown.mebibytes()), "MiB");
      } else {
        report.missing(figure, bar, "not all came: " + grown.ended.text());
      }
    }
    try (Scanners.Scanning squid = scanners.squid()) {
      Grown grown = grow(squid, count, MANY_BYTES, figure, PEER_PATIENCE_SECONDS);
      String all = grown.ended.whole() == count ? "" : " (" + grown.ended.text() + ")";
      report.compared(
          figure + ", " + squid.name() + all, Interval.observed(grown.mebibytes()), "MiB");
    } catch (IOException e) {
      report.notCompared(figure + ", Squid with c-icap", e);
    }
  }

  /** More than there is room for: who finds none is refused, and the rest is delivered. */
  void spooled() throws IOException, ExecutionException, InterruptedException {
    Pace.Scanned sizes = pace.scanned();
    String more = ", limit: 2GiB, spool: { disk: %dMiB }".formatted(sizes.spool() >> 20);
    String figure =
        "memory beyond idle, %d downloads of %d MiB at once, %d MiB of spool"
            .formatted(sizes.crowd(), sizes.huge() >> 20, sizes.spool() >> 20);
    Bar bar = Bar.atMost(512, "512 MiB, each with its fate");
    try (Scanners.Scanning ours = scanners.sekisho(OURS, more)) {
      Grown grown = grow(ours, sizes.crowd(), sizes.huge(), figure, PATIENCE_SECONDS);
      Map<String, Integer> fates = fates(ours, grown, sizes.huge());
      int clean = fates.getOrDefault("clean", 0);
      int full = fates.getOrDefault("unscanned spool-full", 0);
      if (clean == grown.ended.whole() && clean + full == sizes.crowd()) {
        String fate = " (%d clean, %d spool-full)".formatted(clean, full);
        report.judged(figure + fate, bar, Interval.observed(grown.mebibytes()), "MiB");
      } else {
        report.missing(figure, bar, "other fates: " + fates + "; " + grown.ended.text());
      }
    }
  }

  private Grown grow(
      Scanners.Scanning proxy, int count, long length, String figure, double patienceSeconds)
      throws IOException, ExecutionException, InterruptedException {
    warmUp(proxy);
    long before = ProcessMemory.bytes(proxy.processes());
    MemoryWatch watch = MemoryWatch.begin(proxy.processes());
    SizedCrowd.Ended ended =
        SizedCrowd.download(
            proxy.proxy(), scanners.origins().sized, fresh(count, length), patienceSeconds);
    Grown grown = new Grown(ended, before, watch.peakBytes());
    report.note(
        "%s, %s: %d MiB idle, at most %d MiB; %s"
            .formatted(figure, proxy.name(), before >> 20, grown.peak >> 20, ended.text()));
    return grown;
  }

  private void warmUp(Scanners.Scanning proxy) throws IOException, InterruptedException {
    SizedOrigin origin = scanners.origins().sized;
    try (SizedClient client = SizedClient.through(proxy.proxy(), origin)) {
      for (int i = 0; i < WARMING_SMALL; i++) {
        client.get(scanners.fresh(MEGABYTE / 10));
      }
    }
    SizedCrowd.download(proxy.proxy(), origin, fresh(WARMING, MANY_BYTES - 1), WARMING_SECONDS);
    Thread.sleep(SETTLE_MILLIS);
  }

  private List<SizedOrigin.Body> fresh(int count, long length) {
    List<SizedOrigin.Body> bodies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bodies.add(scanners.fresh(length));
    }
    return bodies;
  }

  /** How many of the crowd's bodies the journal gives which fate; no other has their length. */
  private Map<String, Integer> fates(Scanners.Scanning proxy, Grown grown, long length)
      throws IOException, InterruptedException {
    Subject.Launch launch = proxy.proxy().launch;
    List<String> command =
        List.of(
            launch.command().getFirst(),
            "log",
            "--state",
            launch.folder().resolve("state").toString(),
            "--format",
            "json");
    String text = scanners.bed().run(Testbed.Core.LOAD, launch.account(), command);
    Map<String, Integer> fates = new TreeMap<>();
    text.lines()
        .filter(line -> line.contains("/" + length + "/"))
        .forEach(line -> fates.merge(fate(line), 1, Integer::sum));
    report.note("the journal's fates: " + fates + "; " + grown.ended.text());
    return fates;
  }

  private static String fate(String record) {
    Matcher fate = FATE.matcher(record);
    Matcher reason = REASON.matcher(record);
    String name = fate.find() ? fate.group(1) : "none";
    return name.equals("unscanned") && reason.find() ? name + " " + reason.group(1) : name;
  }
}
