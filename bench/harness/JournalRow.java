package harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The event loop's part of an append. The tail decides, since a stall of the loop stops every
 * connection on it; each sample is a JVM of its own, every append in it is timed, and the same
 * rhythm with nothing appended shows what the machine itself does to a thread. That what was
 * appended survives {@code kill -9} is for the tests to show.
 */
record JournalRow() implements Row {
  private static final String CLASS = "dev.sekisho.journal.AppendBenchmark";
  private static final String FIGURE = "journal append, p99.99";
  private static final Bar BAR = Bar.atMost(1000, "1 ms (p99.99)");
  private static final Pattern TAIL = Pattern.compile("p99\\.99 +([0-9.]+)");
  private static final Pattern COST = Pattern.compile("([0-9,]+) ns of processor each");
  private static final String FULL_SPEED = "0";
  private static final String FIFTY_THOUSAND_A_SECOND = "20";

  @Override
  public String key() {
    return "journal";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section("journal: the gateway's AppendBenchmark (on both cores)");
    List<Double> tails = new ArrayList<>();
    List<Double> still = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    try {
      for (int i = 0; i < pace.starts(); i++) {
        tails.add(number(TAIL, run(bed, pace, report, "mapped", FIFTY_THOUSAND_A_SECOND)));
        still.add(number(TAIL, run(bed, pace, report, "nothing", FIFTY_THOUSAND_A_SECOND)));
        costs.add(number(COST, run(bed, pace, report, "mapped", FULL_SPEED)));
      }
    } catch (IOException e) {
      report.note("not measured: " + e.getMessage());
      report.missing(FIGURE, BAR, "AppendBenchmark did not run");
      return;
    }
    report.judged(FIGURE + ", 50,000 a second", BAR, interval(tails), "us");
    report.compared("the same rhythm with nothing appended, p99.99", interval(still), "us");
    report.compared(
        "journal append at full speed, CPU time of the appending thread", interval(costs), "ns");
  }

  private static String run(Testbed bed, Pace pace, Report report, String way, String pauseMicros)
      throws IOException, InterruptedException {
    String folder = bed.folderFor("journal", Account.OURS).toString();
    String seconds = Long.toString(Math.round(pace.windowSeconds()));
    String output = GatewayTests.run(bed, CLASS, folder, way, seconds, pauseMicros, "QUIET");
    output
        .lines()
        .filter(line -> line.contains(" appends,"))
        .forEach(line -> report.note(line.replaceAll(" +", " ")));
    return output;
  }

  private static double number(Pattern pattern, String output) throws IOException {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IOException(
          "no " + pattern + " in what AppendBenchmark printed\n" + output.strip());
    }
    return Double.parseDouble(matcher.group(1).replace(",", ""));
  }

  private static Interval interval(List<Double> samples) {
    return Interval.of(samples.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
