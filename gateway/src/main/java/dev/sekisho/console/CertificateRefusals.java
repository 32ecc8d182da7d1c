package dev.sekisho.console;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Observer;
import dev.sekisho.journal.Record;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which clients refused the gateway's certificate, with an alert or by closing at once, and for
 * which names: who still lacks the authority, and which programs expect one certificate alone.
 * Bounded: what was seen longest ago makes room.
 */
public final class CertificateRefusals implements Observer {
  private static final int MOST = 10_000;

  private static final Set<String> KINDS =
      Set.of(
          Failure.Kind.CLIENT_REFUSED_CERTIFICATE.word(),
          Failure.Kind.CLIENT_LEFT_AT_CERTIFICATE.word());

  private final Observer next;
  private final Map<Who, Seen> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Seen> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param next told of everything too
   */
  public CertificateRefusals(Observer next) {
    this.next = next;
  }

  /**
   * @param name what the client wanted to reach
   * @param kind how it refused, as in a record's {@code error_kind}
   */
  private record Who(String client, String name, String kind) {}

  private record Seen(long times, long lastMicros, @Nullable String detail) {}

  /**
   * One line of what operators see.
   *
   * @param kind {@code client-refused-certificate} with an alert, {@code
   *     client-left-at-certificate} without one
   * @param last ISO 8601, UTC
   * @param detail what the client said
   */
  record Line(
      String client, String name, String kind, long times, String last, @Nullable String detail) {}

  @Override
  public void ended(Record record) {
    next.ended(record);
    String kind = record.errorKind;
    if (kind != null && KINDS.contains(kind)) {
      count(record, kind);
    }
  }

  @Override
  public void judged(Scanner.Direction direction, Verdict verdict) {
    next.judged(direction, verdict);
  }

  private synchronized void count(Record record, String kind) {
    String name = record.sni != null ? record.sni : String.valueOf(record.host);
    seen.merge(
        new Who(record.clientIp, name, kind),
        new Seen(1, record.endMicros, record.errorDetail),
        (before, now) -> new Seen(before.times + 1, now.lastMicros, now.detail));
  }

  /** The latest first. */
  synchronized List<Line> lines() {
    return seen.entrySet().stream()
        .map(entry ->
            new Line(
                entry.getKey().client,
                entry.getKey().name,
                entry.getKey().kind,
                entry.getValue().times,
                java.time.Instant.EPOCH
                    .plus(entry.getValue().lastMicros, java.time.temporal.ChronoUnit.MICROS)
                    .toString(),
                entry.getValue().detail))
        .toList()
        .reversed();
  }
}
