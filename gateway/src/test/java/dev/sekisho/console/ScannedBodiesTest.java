package dev.sekisho.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.scan.Scanner.Direction;
import dev.sekisho.scan.Verdict;
import dev.sekisho.scan.Verdict.Fate;
import dev.sekisho.scan.Verdict.Reason;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScannedBodiesTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ScannedBodies bodies = new ScannedBodies(registry);

  private Map<String, Double> series() {
    return registry.scrape().stream()
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .map(CounterSnapshot.CounterDataPointSnapshot.class::cast)
        .collect(
            Collectors.toMap(
                point ->
                    String.join(
                        " ",
                        point.getLabels().get("direction"),
                        point.getLabels().get("fate"),
                        point.getLabels().get("reason"),
                        point.getLabels().get("outcome")),
                CounterSnapshot.CounterDataPointSnapshot::getValue,
                (one, _) -> one,
                TreeMap::new));
  }

  @Test
  void eachBodyCountsByItsFateAndWhatBecameOfIt() {
    Map<String, Double> before = series();
    bodies.judged(Direction.DOWN, new Verdict.Clean("clamd"));
    bodies.judged(Direction.UP, new Verdict.Infected("clamd", "Bad"));
    bodies.judged(Direction.DOWN, new Verdict.Unscanned(Reason.TOO_BIG, "", Fate.DELIVER));
    bodies.judged(Direction.DOWN, new Verdict.Unscanned(Reason.TOO_BIG, "", Fate.DELIVER));
    bodies.judged(Direction.UP, new Verdict.Unscanned(Reason.ENGINE_DOWN, "", Fate.BLOCK));
    Map<String, Double> after = series();
    assertThat(after).as("all are there before the first of a kind").hasSameSizeAs(before);
    after.values().removeIf(count -> count == 0);
    assertThat(after)
        .isEqualTo(
            Map.of(
                "down clean none delivered", 1.0,
                "up infected none blocked", 1.0,
                "down unscanned too-big delivered", 2.0,
                "up unscanned engine-down blocked", 1.0));
  }
}
