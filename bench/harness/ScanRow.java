package harness;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * What it costs a client, and the proxy's memory, that every body is scanned by clamd before it is
 * delivered: small bodies, large ones, known ones, and many at once.
 */
record ScanRow() implements Row {
  @Override
  public String key() {
    return "scan";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws IOException, ExecutionException, InterruptedException {
    report.section("scan: every body by clamd before it is delivered (time, CPU and memory)");
    try (Scanners scanners = Scanners.start(bed, origins)) {
      try (ScanTimes times = ScanTimes.start(scanners, pace, report)) {
        times.fresh();
        times.known();
        times.large();
      }
      ScanCrowds crowds = new ScanCrowds(scanners, pace, report);
      crowds.scanned();
      crowds.spooled();
    }
  }
}
