package harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/**
 * The proxies of one row, all running at once, measured in turns: each round measures every one of
 * them once, and each round begins with another one, so that a slow minute of the machine falls on
 * all alike and a pair's two halves are seconds apart.
 */
final class Lineup<S> implements AutoCloseable {
  /** One measurement of one proxy. */
  interface Measure<S> {
    S take(Proxy proxy) throws IOException, ExecutionException, InterruptedException;
  }

  private static final double STEADY = 0.03;
  private static final int FEWEST_WINDOWS = 5;

  private final Measure<S> measure;
  private final ToDoubleFunction<S> cost;
  private final List<Proxy> proxies = new ArrayList<>();
  private final Map<String, List<S>> samples = new LinkedHashMap<>();
  private final Map<String, String> absent = new LinkedHashMap<>();

  Lineup(Measure<S> measure, ToDoubleFunction<S> cost) {
    this.measure = measure;
    this.cost = cost;
  }

  /**
   * A subject that does not start is reported and left out; the others are still worth measuring.
   */
  void add(Testbed bed, Origins origins, Subject subject, Report report)
      throws InterruptedException {
    try {
      Proxy proxy = Proxy.start(bed, origins, Testbed.Core.PROXY, subject);
      proxies.add(proxy);
      report.note(
          "%s serves after %.2f s on its core, as user %s"
              .formatted(subject.name(), proxy.readySeconds, proxy.launch.account().user()));
    } catch (IOException e) {
      absent.put(subject.name(), e.getMessage());
      report.note(subject.name() + " is left out: " + e.getMessage());
    }
  }

  /**
   * Measures and forgets until, after five windows or more, the last three agree within 3 per cent,
   * or the time is up: the JVM compiles meanwhile.
   */
  void warmUp(double limitSeconds, Report report)
      throws IOException, ExecutionException, InterruptedException {
    for (Proxy proxy : proxies) {
      List<Double> costs = new ArrayList<>();
      long end = System.nanoTime() + (long) (limitSeconds * 1e9);
      while (System.nanoTime() < end && !steady(costs)) {
        costs.add(cost.applyAsDouble(measure.take(proxy)));
      }
      report.note(
          "%s warm-up: %s %s"
              .formatted(
                  proxy.subject.name(),
                  numbers(costs),
                  steady(costs)
                      ? "(steady)"
                      : "(not steady after %.0f s)".formatted(limitSeconds)));
    }
  }

  private static boolean steady(List<Double> costs) {
    if (costs.size() < FEWEST_WINDOWS) {
      return false;
    }
    List<Double> last = costs.subList(costs.size() - 3, costs.size());
    return Collections.max(last) <= Collections.min(last) * (1 + STEADY);
  }

  void rounds(int count) throws IOException, ExecutionException, InterruptedException {
    List<Proxy> order = new ArrayList<>(proxies);
    for (int i = 0; i < count; i++) {
      for (Proxy proxy : order) {
        samples
            .computeIfAbsent(proxy.subject.name(), name -> new ArrayList<>())
            .add(measure.take(proxy));
      }
      Collections.rotate(order, 1);
    }
  }

  Map<String, List<S>> samples() {
    return samples;
  }

  double[] costs(String subject) {
    return samples.get(subject).stream().mapToDouble(cost).toArray();
  }

  /**
   * How many times the peer's cost Sekisho's is: 2 means that Sekisho does the same work with half
   * the CPU time.
   */
  void judge(Report report, String figure, String peer, Bar bar) {
    if (absent.containsKey("Sekisho") || absent.containsKey(peer)) {
      String who = absent.containsKey("Sekisho") ? "Sekisho" : peer;
      report.missing(figure, bar, who + " was left out");
      return;
    }
    report.judged(figure, bar, Interval.ofRatios(costs(peer), costs("Sekisho")), "x");
  }

  void compare(Report report, String figure, String peer) {
    compare(report, figure, peer, "Sekisho");
  }

  void compare(Report report, String figure, String peer, String ours) {
    if (samples.containsKey(ours) && samples.containsKey(peer)) {
      report.compared(figure, Interval.ofRatios(costs(peer), costs(ours)), "x");
    }
  }

  static String numbers(List<Double> values) {
    return String.join(" ", values.stream().map(Interval::number).toList());
  }

  @Override
  public void close() {
    proxies.forEach(Proxy::close);
  }
}
