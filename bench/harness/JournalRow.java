package harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The event loop's part of the journal. The tail decides, since a stall of the loop stops every
 * connection on it: every exchange is timed, and after each one the same thread does the same work
 * into plain memory, timed too, which shows what the machine itself does to a thread. Each sample
 * is a JVM of its own. That what was appended survives {@code kill -9} is for the tests to show.
 */
record JournalRow() implements Row {
  private static final String CLASS = "dev.sekisho.journal.AppendBenchmark";
  private static final String FIGURE = "journal, an exchange opened and closed, p99.99";
  private static final Bar BAR = Bar.atMost(1000, "1 ms (p99.99)");
  private static final Pattern TAIL =
      Pattern.compile("(?m)^exchange .* p99\\.99 +([0-9.]+)");
  private static final Pattern CONTROL =
      Pattern.compile("(?m)^the same into plain memory.* p99\\.99 +([0-9.]+)");
  private static final Pattern COST = Pattern.compile("([0-9,]+) ns of processor each");
  private static final Pattern SPEED = Pattern.compile(" ([0-9,]+)/s,");
  private static final Pattern OTHERS =
      Pattern.compile("(?m)^journal-\\S+ ([0-9,]+) ns of processor for each");
  private static final String FULL_SPEED = "0";
  private static final String MICROS_BETWEEN = "40";

  @Override
  public String key() {
    return "journal";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section("journal: the gateway's AppendBenchmark (on both cores)");
    List<Double> tails = new ArrayList<>();
    List<Double> controls = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    List<Double> speeds = new ArrayList<>();
    try {
      for (int i = 0; i < pace.starts(); i++) {
        String steady = run(bed, report, Math.round(2 * pace.windowSeconds()), MICROS_BETWEEN);
        tails.add(number(TAIL, steady));
        controls.add(number(CONTROL, steady));
        others.add(sum(OTHERS, steady));
        String full = run(bed, report, Math.round(pace.windowSeconds()), FULL_SPEED);
        costs.add(number(COST, full) / 2);
        speeds.add(2 * number(SPEED, full));
      }
    } catch (IOException e) {
      report.note("not measured: " + e.getMessage());
      report.missing(FIGURE, BAR, "AppendBenchmark did not run");
      return;
    }
    report.judged(FIGURE + ", 25,000 a second", BAR, interval(tails), "us");
    report.compared(
        "the same work into plain memory, in turns with it, p99.99", interval(controls), "us");
    report.compared(
        "the journal's other threads, CPU time for each exchange", interval(others), "ns");
    report.compared(
        "journal at full speed, CPU time of the appending thread for each record",
        interval(costs),
        "ns");
    report.compared(
        "journal at full speed, records of one thread (aim 1,000,000)", interval(speeds), "/s");
  }

  private static String run(Testbed bed, Report report, long seconds, String pauseMicros)
      throws IOException, InterruptedException {
    String folder = bed.folderFor("journal", Account.OURS).toString();
    String output =
        GatewayTests.run(
            bed, CLASS, folder, "exchange", Long.toString(seconds), pauseMicros, "QUIET");
    output
        .lines()
        .filter(line -> line.contains(" appends") || line.contains(" for each append"))
        .forEach(line -> report.note(line.replaceAll(" +", " ")));
    return output;
  }

  private static double number(Pattern pattern, String output) throws IOException {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IOException(
          "no " + pattern + " in what AppendBenchmark printed\n" + output.strip());
    }
    return parse(matcher.group(1));
  }

  private static double sum(Pattern pattern, String output) {
    return pattern.matcher(output).results().mapToDouble(found -> parse(found.group(1))).sum();
  }

  private static double parse(String number) {
    return Double.parseDouble(number.replace(",", ""));
  }

  private static Interval interval(List<Double> samples) {
    return Interval.of(samples.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
