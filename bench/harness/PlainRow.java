package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Plain HTTP, 1 KiB answers, kept-alive connections: CPU time of the proxy per request. */
record PlainRow(Path listed) implements Row {
  @Override
  public String key() {
    return "plain";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section(
        "plain: HTTP 1 KiB, keep-alive, %d connections (CPU microseconds of the proxy per request)"
            .formatted(Load.CONNECTIONS));
    try (Lineup<Load.Requests> lineup =
        new Lineup<>(
            proxy -> Load.requests(bed, origins, proxy, pace.windowSeconds()),
            Load.Requests::cpuMicrosEach)) {
      for (Subject subject :
          List.of(
              new Sekisho(new Names.Listed(listed)),
              new Squid(new Names.Listed(listed)),
              new HaProxy(HaProxy.Splice.ALWAYS),
              new TrafficServer())) {
        lineup.add(bed, origins, subject, report);
      }
      lineup.warmUp(pace.warmUpSeconds(), report);
      lineup.rounds(pace.pairs());
      lineup
          .samples()
          .forEach((name, samples) -> report.note(text(name, samples, lineup.costs(name))));
      lineup.judge(
          report,
          "plain HTTP 1 KiB, keep-alive, against Squid",
          "Squid",
          Bar.atLeast(2.5, "2.5 x Squid"));
      lineup.judge(
          report,
          "plain HTTP 1 KiB, keep-alive, against HAProxy",
          "HAProxy",
          Bar.atLeast(0.8, "0.8 x HAProxy"));
      lineup.compare(
          report, "plain HTTP 1 KiB, keep-alive, against Traffic Server", "Traffic Server");
    }
  }

  private static String text(String name, List<Load.Requests> samples, double[] costs) {
    return "%s: %s; requests/s %s; core used %s; latency p50 %s us, p99 %s us; each window: %s"
        .formatted(
            name,
            Interval.of(costs).text("us"),
            Interval.number(
                median(samples.stream().mapToDouble(Load.Requests::perSecond).toArray())),
            Load.percent(median(samples.stream().mapToDouble(Load.Requests::busy).toArray())),
            Interval.number(
                median(samples.stream().mapToDouble(Load.Requests::p50Micros).toArray())),
            Interval.number(
                median(samples.stream().mapToDouble(Load.Requests::p99Micros).toArray())),
            Lineup.numbers(samples.stream().map(Load.Requests::cpuMicrosEach).toList()));
  }

  private static double median(double[] values) {
    return Interval.of(values).median();
  }
}
