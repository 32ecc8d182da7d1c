package dev.sekisho.console;

import dev.sekisho.data.exchange.Observer;
import dev.sekisho.journal.Journal;
import dev.sekisho.journal.Record;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus can ask about. Labels are from closed vocabularies only, so that nobody's traffic
 * makes series.
 */
public final class Metrics implements Observer {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<Record.Mode, Map<Record.Decided, CounterDataPoint>> exchanges =
      new EnumMap<>(Record.Mode.class);
  private final Map<Record.Mode, DistributionDataPoint> durations =
      new EnumMap<>(Record.Mode.class);
  private final CounterDataPoint up;
  private final CounterDataPoint down;
  private final Counter failures;
  private final ScannedBodies bodies;

  public Metrics() {
    Counter counts =
        Counter.builder()
            .name("sekisho_exchanges")
            .help("Exchanges that ended, by mode and decision.")
            .labelNames("mode", "decision")
            .register(registry);
    Histogram times =
        Histogram.builder()
            .name("sekisho_exchange_duration_seconds")
            .help("From an exchange's begin to its end.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(
                .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600)
            .labelNames("mode")
            .register(registry);
    for (Record.Mode mode : Record.Mode.values()) {
      Map<Record.Decided, CounterDataPoint> byDecision = new EnumMap<>(Record.Decided.class);
      for (Record.Decided decided : Record.Decided.values()) {
        byDecision.put(decided, counts.labelValues(word(mode), word(decided)));
      }
      exchanges.put(mode, byDecision);
      durations.put(mode, times.labelValues(word(mode)));
    }
    Counter bytes =
        Counter.builder()
            .name("sekisho_bytes")
            .help("Payload bytes of ended exchanges; up is towards the origin.")
            .labelNames("direction")
            .register(registry);
    up = bytes.labelValues("up");
    down = bytes.labelValues("down");
    failures =
        Counter.builder()
            .name("sekisho_failures")
            .help("Exchanges that failed, by whose side and what kind.")
            .labelNames("side", "kind")
            .register(registry);
    bodies = new ScannedBodies(registry);
  }

  @Override
  public void ended(Record record) {
    Record.Decided decided = record.decision == null ? Record.Decided.DENY : record.decision;
    CounterDataPoint count = exchanges.getOrDefault(record.mode, Map.of()).get(decided);
    DistributionDataPoint duration = durations.get(record.mode);
    if (count == null || duration == null) {
      throw new IllegalStateException("no series for " + record.mode + " " + decided);
    }
    count.inc();
    duration.observe(record.durationMicros / 1e6);
    if (record.bytesUp > 0) {
      up.inc(record.bytesUp);
    }
    if (record.bytesDown > 0) {
      down.inc(record.bytesDown);
    }
    failed(record.errorSide, record.errorKind);
  }

  @Override
  public void judged(Scanner.Direction direction, Verdict verdict) {
    bodies.judged(direction, verdict);
  }

  private void failed(@Nullable String side, @Nullable String kind) {
    if (side != null && kind != null) {
      failures.labelValues(side, kind).inc();
    }
  }

  /** Client connections open now. */
  public void connections(IntSupplier open) {
    gauge(
        "sekisho_client_connections",
        "Client connections open now, tunnels included.",
        open::getAsInt);
  }

  /** Idle connections in the pools, over all event loops. */
  public void pooled(IntSupplier idle) {
    gauge(
        "sekisho_pool_idle_connections",
        "Connections to origins that are kept for reuse.",
        idle::getAsInt);
  }

  /** The longest an event loop was late for its own clock within the last seconds. */
  public void loopLag(DoubleSupplier seconds) {
    gauge(
        "sekisho_event_loop_lag_seconds",
        "How late the most delayed event loop was, lately.",
        seconds);
  }

  public void journal(Supplier<Journal.Counters> counters, Supplier<Journal.Health> health) {
    CounterWithCallback.builder()
        .name("sekisho_journal_records")
        .help("Records written, by state.")
        .labelNames("state")
        .callback(callback -> {
          Journal.Counters now = counters.get();
          callback.call(now.opened(), "opened");
          callback.call(now.closed(), "closed");
          callback.call(now.refused(), "refused");
          callback.call(now.dropped(), "dropped");
        })
        .register(registry);
    CounterWithCallback.builder()
        .name("sekisho_journal_bytes")
        .help("Bytes written to the journal.")
        .callback(callback -> callback.call(counters.get().bytes()))
        .register(registry);
    CounterWithCallback.builder()
        .name("sekisho_journal_syncs")
        .help("Times the journal was forced to disk.")
        .callback(callback -> callback.call(counters.get().syncs()))
        .register(registry);
    gauge(
        "sekisho_journal_writing",
        "1 while the journal can be written, else 0.",
        () ->
            switch (health.get()) {
              case Journal.Health.Writing _ -> 1;
              case Journal.Health.Failing _ -> 0;
            });
  }

  /** The engines that scan bodies; what they are called comes from the configuration alone. */
  public void scan(Scanner scanner) {
    CounterWithCallback.builder()
        .name("sekisho_scan_verdicts")
        .help("Verdicts, by whether they were known already.")
        .labelNames("from")
        .callback(callback -> {
          Scanner.Lookups now = scanner.lookups();
          callback.call(now.hits(), "cache");
          callback.call(now.misses(), "engines");
        })
        .register(registry);
    GaugeWithCallback.builder()
        .name("sekisho_scan_engine_up")
        .help("1 while bodies can be given to the engine, else 0.")
        .labelNames("engine")
        .callback(callback ->
            scanner
                .engines()
                .forEach(engine ->
                    callback.call(
                        switch (engine.state()) {
                          case UP -> 1;
                          case UNKNOWN, DOWN -> 0;
                        },
                        engine.engine())))
        .register(registry);
    GaugeWithCallback.builder()
        .name("sekisho_scan_engine_blind")
        .help("1 for what the engine calls clean without having looked.")
        .labelNames("engine", "to")
        .callback(callback ->
            scanner
                .engines()
                .forEach(engine ->
                    engine.blind().forEach(to -> callback.call(1, engine.engine(), to.word()))))
        .register(registry);
  }

  PrometheusRegistry registry() {
    return registry;
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
