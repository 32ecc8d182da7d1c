package harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From {@code ./sekisho run}, already built, to the first whole answer through it, asked every 10
 * ms; without a list, with a million names for the first time, and with the same names again in the
 * same state folder. What the list costs, in time and in memory, is the difference within one pair.
 * Both cores are the gateway's, as on a machine of its user.
 */
record StartRow(Path listed) implements Row {
  @Override
  public String key() {
    return "start";
  }

  private record Sample(double seconds, long bytes) {}

  @Override
  public void measure(Testbed bed, Origins origins, Pace pace, Report report)
      throws InterruptedException {
    report.section("start: seconds to the first answer, and memory then");
    Bar first = Bar.atMost(2, "2 s");
    Bar load = Bar.atMost(2, "2 s");
    Bar memory = Bar.atMost(20, "20 B each");
    List<Sample> bare = new ArrayList<>();
    List<Sample> fresh = new ArrayList<>();
    List<Sample> again = new ArrayList<>();
    try {
      for (int i = 0; i < pace.starts(); i++) {
        Subject without = new Sekisho(new Names.None());
        Subject with = new Sekisho(new Names.Listed(listed));
        Subject.Launch launch = with.prepare(bed, origins);
        bare.add(start(bed, origins, without, without.prepare(bed, origins)));
        fresh.add(start(bed, origins, with, launch));
        again.add(start(bed, origins, with, launch));
      }
    } catch (IOException e) {
      report.note("Sekisho is left out: " + e.getMessage());
      report.missing("first request served after `run`, built", first, "Sekisho was left out");
      report.missing("1 M listed domains, load", load, "Sekisho was left out");
      report.missing("1 M listed domains, memory", memory, "Sekisho was left out");
      return;
    }
    report.note("without a list: " + text(bare));
    report.note("with 1,000,000 names, fresh state: " + text(fresh));
    report.note("with 1,000,000 names, second start: " + text(again));
    report.judged("first request served after `run`, built", first, seconds(bare), "s");
    report.compared("first request served, 1 M names, fresh state", seconds(fresh), "s");
    report.compared("first request served, 1 M names, second start", seconds(again), "s");
    report.judged(
        "1 M listed domains, load (fresh state, start-up difference)",
        load,
        later(fresh, bare),
        "s");
    report.compared(
        "1 M listed domains, load (second start, start-up difference)", later(again, bare), "s");
    report.judged(
        "1 M listed domains, memory (second start, difference of process memory)",
        memory,
        bytesEach(again, bare),
        "B");
    report.compared(
        "1 M listed domains, memory (fresh state, with what compiling left in the heap)",
        bytesEach(fresh, bare),
        "B");
  }

  private static Sample start(Testbed bed, Origins origins, Subject subject, Subject.Launch launch)
      throws IOException, InterruptedException {
    try (Proxy proxy = Proxy.start(bed, origins, Testbed.Core.BOTH, subject, launch)) {
      return new Sample(proxy.readySeconds, proxy.memoryBytes());
    }
  }

  private static String text(List<Sample> samples) {
    return "%s s; memory %s MiB"
        .formatted(
            Lineup.numbers(samples.stream().map(Sample::seconds).toList()),
            Lineup.numbers(samples.stream().map(sample -> sample.bytes() / 1048576.0).toList()));
  }

  private static Interval seconds(List<Sample> samples) {
    return Interval.of(samples.stream().mapToDouble(Sample::seconds).toArray());
  }

  private static Interval later(List<Sample> with, List<Sample> without) {
    double[] differences = new double[with.size()];
    Arrays.setAll(differences, i -> with.get(i).seconds() - without.get(i).seconds());
    return Interval.of(differences);
  }

  private static Interval bytesEach(List<Sample> with, List<Sample> without) {
    double[] differences = new double[with.size()];
    Arrays.setAll(
        differences,
        i -> (with.get(i).bytes() - without.get(i).bytes()) / (double) ListedNames.COUNT);
    return Interval.of(differences);
  }
}
