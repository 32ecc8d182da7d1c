package dev.sekisho.console;

import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/** Counts what becomes of bodies that are to be scanned. */
final class ScannedBodies {
  /** Of what was scanned there is no reason to give. */
  private static final String NO_REASON = "none";

  private static final String DELIVERED = "delivered";
  private static final String BLOCKED = "blocked";

  private final Counter bodies;

  ScannedBodies(PrometheusRegistry registry) {
    bodies =
        Counter.builder()
            .name("sekisho_scan_bodies")
            .help("Bodies that were to be scanned, by their fate and what became of them.")
            .labelNames("direction", "fate", "reason", "outcome")
            .register(registry);
    // From the first moment on, or the first of a kind would be no rise.
    for (Scanner.Direction direction : Scanner.Direction.values()) {
      series(direction, "clean", NO_REASON, DELIVERED);
      series(direction, "infected", NO_REASON, BLOCKED);
      for (Verdict.Reason reason : Verdict.Reason.values()) {
        for (Verdict.Fate fate : Verdict.Fate.values()) {
          series(direction, "unscanned", reason.word(), outcome(fate));
        }
      }
    }
  }

  private void series(Scanner.Direction direction, String fate, String reason, String outcome) {
    bodies.initLabelValues(word(direction), fate, reason, outcome);
  }

  void judged(Scanner.Direction direction, Verdict verdict) {
    switch (verdict) {
      case Verdict.Clean _ -> count(direction, "clean", NO_REASON, DELIVERED);
      case Verdict.Infected _ -> count(direction, "infected", NO_REASON, BLOCKED);
      case Verdict.Unscanned unscanned ->
          count(direction, "unscanned", unscanned.reason().word(), outcome(unscanned.fate()));
    }
  }

  private void count(Scanner.Direction direction, String fate, String reason, String outcome) {
    bodies.labelValues(word(direction), fate, reason, outcome).inc();
  }

  private static String outcome(Verdict.Fate fate) {
    return switch (fate) {
      case DELIVER -> DELIVERED;
      case BLOCK -> BLOCKED;
    };
  }

  private static String word(Scanner.Direction direction) {
    return direction.name().toLowerCase(Locale.ROOT);
  }
}
