package harness;

import java.io.IOException;
import java.util.List;

/** A bar that no peer can be measured against: the gateway's own JMH benchmark answers it. */
record OwnRow(String key, String benchmark, String figure, String result, Bar bar) implements Row {
  /** A decision among 10,000 rules and 10 million names, none of the rules with a {@code when:}. */
  static final OwnRow DECISION =
      new OwnRow(
          "decision",
          "DecisionBenchmark",
          "decision with 10,000 rules, 10 M names",
          "DecisionBenchmark\\.\\w+( .*)?",
          Bar.atMost(1, "1 us"));

  /**
   * The event loop's part of an append; the tail decides, since a stall of the loop stops every
   * connection on it.
   */
  static final OwnRow JOURNAL =
      new OwnRow(
          "journal",
          "AppendBenchmark",
          "journal append, p99.99",
          "AppendBenchmark\\.\\w+:.*p0\\.9999( .*)?",
          Bar.atMost(1000, "1 ms (p99.99)"));

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section(key + ": " + benchmark + " (JMH, on both cores)");
    try {
      List<Jmh.Result> results = Jmh.run(bed, benchmark, pace.jmh());
      results.forEach(line -> report.note(line.text()));
      List<Jmh.Result> deciding =
          results.stream().filter(line -> line.name().matches(result)).toList();
      if (deciding.isEmpty()) {
        report.missing(figure, bar, "no line of the benchmark's results is " + result);
      }
      for (Jmh.Result line : deciding) {
        report.judged(figure + ": `" + line.name() + "`", bar, line.micros(pace.pairs()), "us");
      }
    } catch (IOException e) {
      report.note("not measured: " + e.getMessage());
      report.missing(figure, bar, benchmark + " did not run");
    }
  }
}
