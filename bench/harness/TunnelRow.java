package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Bytes through CONNECT: CPU time of the proxy per GiB, running as an ordinary user so that the
 * kernel's pipe budget applies.
 */
record TunnelRow(Path listed) implements Row {
  @Override
  public String key() {
    return "tunnel";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section(
        "tunnel: %d downloads at once, %d MiB each (CPU seconds of the proxy per GiB)"
            .formatted(Load.DOWNLOADS, pace.bytesPerTunnel() >> 20));
    try (Lineup<Load.Download> lineup =
        new Lineup<>(
            proxy -> Load.download(origins, proxy, pace.bytesPerTunnel()),
            Load.Download::cpuSecondsPerGiB)) {
      for (Subject subject :
          List.of(
              new Sekisho(new Names.Listed(listed)),
              new HaProxy(HaProxy.Splice.ALWAYS),
              new HaProxy(HaProxy.Splice.AUTO),
              new Squid(new Names.None()),
              new TrafficServer())) {
        lineup.add(bed, origins, subject, report);
      }
      lineup.warmUp(pace.warmUpSeconds() / 3, report);
      lineup.rounds(pace.pairs());
      lineup
          .samples()
          .forEach((name, samples) -> report.note(text(name, samples, lineup.costs(name))));
      lineup.judge(
          report,
          "CONNECT tunnel, CPU per GiB, against HAProxy TCP splice",
          "HAProxy",
          Bar.atLeast(1, "equal to HAProxy TCP splice"));
      for (String peer : List.of("HAProxy splice-auto", "Squid", "Traffic Server")) {
        lineup.compare(report, "CONNECT tunnel, CPU per GiB, against " + peer, peer);
      }
    }
  }

  private static String text(String name, List<Load.Download> samples, double[] costs) {
    double speed =
        Interval.of(samples.stream().mapToDouble(Load.Download::gibPerSecond).toArray()).median();
    double busy = Interval.of(samples.stream().mapToDouble(Load.Download::busy).toArray()).median();
    return "%s: %s; %s GiB/s; core used %s; each run: %s"
        .formatted(
            name,
            Interval.of(costs).text("s/GiB"),
            Interval.number(speed),
            Load.percent(busy),
            Lineup.numbers(samples.stream().map(Load.Download::cpuSecondsPerGiB).toList()));
  }
}
