package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * New connections that the proxy opens: CONNECT, a full handshake, one request for 1 KiB, the end.
 * The leaf has been minted before; the origin's side is as each proxy does it.
 */
record BumpRow(Path listed) implements Row {
  @Override
  public String key() {
    return "bump";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section(
        ("bump: new inspected connections with one request each, %d at once"
                + " (CPU microseconds of the proxy per connection)")
            .formatted(InsideLoad.DIALLING));
    try (Lineup<InsideLoad.Done> lineup =
        new Lineup<>(
            proxy -> InsideLoad.connections(origins, proxy, pace.windowSeconds()),
            InsideLoad.Done::cpuMicrosEach)) {
      for (Subject subject :
          List.of(
              new Sekisho(new Names.Listed(listed)),
              new Squid(new Names.Listed(listed), Squid.Bump.ALL))) {
        lineup.add(bed, origins, subject, report);
      }
      lineup.warmUp(pace.warmUpSeconds(), report);
      lineup.rounds(pace.pairs());
      lineup
          .samples()
          .forEach((name, samples) ->
              report.note(InspectedRow.text(name, samples, lineup.costs(name), "connections")));
      lineup.judge(
          report,
          "new inspected connection, CPU each, against Squid",
          "Squid",
          Bar.atLeast(3, "1/3 of Squid's CPU (3 x Squid)"));
    }
  }
}
