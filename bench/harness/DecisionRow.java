package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A decision among 10,000 rules and 10 million names, none of the rules with a {@code when:}; no
 * peer has the like.
 */
record DecisionRow() implements Row {
  private static final String CLASS = "DecisionBenchmark";
  private static final String FIGURE = "decision with 10,000 rules, 10 M names";
  private static final Bar BAR = Bar.atMost(1000, "1 us");

  @Override
  public String key() {
    return "decision";
  }

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section("decision: the gateway's DecisionBenchmark (JMH, on both cores)");
    try {
      List<JmhResult> results = run(bed, pace, report);
      results.forEach(line -> report.note(line.text()));
      results.stream()
          .filter(line -> line.name().startsWith(CLASS + ".decide "))
          .forEach(
              line -> report.judged(FIGURE + " (" + line.name() + ")", BAR, line.interval(), "ns"));
      results.stream()
          .filter(line -> line.name().startsWith(CLASS + ".decide:gc.alloc.rate.norm"))
          .forEach(line -> report.compared("decision, allocated for it", line.interval(), "B"));
    } catch (IOException e) {
      report.note("not measured: " + e.getMessage());
      report.missing(FIGURE, BAR, CLASS + " did not run");
    }
  }

  private static List<JmhResult> run(Testbed bed, Pace pace, Report report)
      throws IOException, InterruptedException {
    Path file = bed.folder.resolve("decision.csv");
    String[] fixed = {
      "\\." + CLASS + "\\.decide$", "-rf", "csv", "-rff", file.toString(), "-prof", "gc"
    };
    String[] all =
        Stream.concat(Stream.of(fixed), Stream.of(pace.jmh().split(" "))).toArray(String[]::new);
    String output = GatewayTests.run(bed, "org.openjdk.jmh.Main", all);
    output
        .lines()
        .filter(line -> line.startsWith("built in "))
        .distinct()
        .forEach(line -> report.note("the lists were " + line));
    if (!Files.exists(file)) {
      throw new IOException("JMH wrote no results\n" + output.strip());
    }
    List<String> lines = Files.readAllLines(file);
    return lines.stream().skip(1).map(line -> JmhResult.parse(lines.getFirst(), line)).toList();
  }
}
