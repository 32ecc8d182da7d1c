package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** HTTPS that the proxy opens, 1 KiB answers, kept-alive: CPU time of the proxy per request. */
record InspectedRow(Path listed) implements Row {
  @Override
  public String key() {
    return "inspected";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section(
        ("inspected: HTTPS 1 KiB, opened, keep-alive, %d connections"
                + " (CPU microseconds of the proxy per request)")
            .formatted(Load.CONNECTIONS));
    try (Lineup<InsideLoad.Done> lineup =
        new Lineup<>(
            proxy -> InsideLoad.requests(origins, proxy, pace.windowSeconds()),
            InsideLoad.Done::cpuMicrosEach)) {
      Subject scanning = new Sekisho(new Names.Listed(listed), Sekisho.Scan.ALL);
      for (Subject subject :
          List.of(
              new Sekisho(new Names.Listed(listed)),
              scanning,
              new Squid(new Names.Listed(listed), Squid.Bump.ALL))) {
        lineup.add(bed, origins, subject, report);
      }
      lineup.warmUp(pace.warmUpSeconds(), report);
      lineup.rounds(pace.pairs());
      lineup
          .samples()
          .forEach(
              (name, samples) -> report.note(text(name, samples, lineup.costs(name), "requests")));
      lineup.judge(
          report,
          "inspected HTTPS 1 KiB, keep-alive, against Squid",
          "Squid",
          Bar.atLeast(2, "2 x Squid"));
      lineup.compare(
          report,
          "inspected HTTPS 1 KiB, keep-alive, Sekisho scanning as well, against Squid",
          "Squid",
          scanning.name());
    }
  }

  static String text(String name, List<InsideLoad.Done> samples, double[] costs, String unit) {
    return "%s: %s; %s/s %s; core used %s; latency p50 %s us, p99 %s us; each window: %s"
        .formatted(
            name,
            Interval.of(costs).text("us"),
            unit,
            Interval.number(
                median(samples.stream().mapToDouble(InsideLoad.Done::perSecond).toArray())),
            Load.percent(median(samples.stream().mapToDouble(InsideLoad.Done::busy).toArray())),
            Interval.number(
                median(samples.stream().mapToDouble(InsideLoad.Done::p50Micros).toArray())),
            Interval.number(
                median(samples.stream().mapToDouble(InsideLoad.Done::p99Micros).toArray())),
            Lineup.numbers(samples.stream().map(InsideLoad.Done::cpuMicrosEach).toList()));
  }

  private static double median(double[] values) {
    return Interval.of(values).median();
  }
}
