package dev.sekisho.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line per exchange that fits a terminal: what is left of the width goes to rule and URL. */
final class TableFormat implements RecordFormat {
  private static final int TIME = 19;
  private static final int METHOD = 7;
  private static final int DECISION = 8;
  private static final int STATUS = 6;
  private static final int BYTES = 7;
  private static final int DURATION = 8;
  private static final int GAPS = 8;
  private static final int LEAST = 100;

  private final DateTimeFormatter time;
  private final int who;
  private final int rule;
  private final int url;

  TableFormat(int width, ZoneId zone) {
    time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
    int rest = Math.max(LEAST, width) - TIME - METHOD - DECISION - STATUS - BYTES - DURATION - GAPS;
    who = Math.min(24, Math.max(12, rest / 4));
    rule = Math.min(32, Math.max(10, rest / 4));
    url = rest - who - rule;
  }

  @Override
  public @Nullable String header() {
    return row(
        "TIME", "WHO", "METHOD", "WHERE TO", "DECISION", "RULE", "STATUS", "  BYTES", "    TOOK");
  }

  @Override
  public String line(LoggedRecord record) {
    Instant shown = record.time();
    String who = record.text("user", record.text("device", record.text("client_ip", "-")));
    long status = record.number("status");
    String decision =
        switch (record.state()) {
          case OPENED -> record.text("decision", "-") + " ...";
          case CLOSED -> record.text("decision", "-");
          case INTERRUPTED -> "crashed";
        };
    long repeats = record.number("repeats");
    String target = repeats > 0 ? "(" + repeats + " more) " + record.target() : record.target();
    return row(
        time.format(shown),
        who,
        record.text("method", "-"),
        target,
        decision,
        record.text("rule", "-"),
        status < 0 ? "-" : Long.toString(status),
        right(bytes(record), BYTES),
        right(took(record), DURATION));
  }

  private String row(String... cells) {
    int[] widths = {TIME, who, METHOD, url, DECISION, rule, STATUS, BYTES, DURATION};
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      if (i > 0) {
        out.append(' ');
      }
      out.append(Printable.fit(Printable.of(cells[i]), widths[i]));
    }
    return out.toString().stripTrailing();
  }

  private static String bytes(LoggedRecord record) {
    long down = record.number("bytes_down");
    long up = record.number("bytes_up");
    if (down < 0 && up < 0) {
      return "-";
    }
    long total = Math.max(0, down) + Math.max(0, up);
    if (total < 1024) {
      return total + " B";
    }
    double value = total;
    int unit = -1;
    while (value >= 1024 && unit < 4) {
      value /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 ? "%.1f %ciB" : "%.0f %ciB", value, "KMGTP".charAt(unit));
  }

  private static String took(LoggedRecord record) {
    long micros = record.number("duration_us");
    if (micros < 0) {
      return "-";
    }
    if (micros < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
    }
    Duration took = Duration.ofNanos(micros * 1000);
    return took.toMinutes() < 1
        ? String.format(Locale.ROOT, "%.1f s", micros / 1e6)
        : took.toHours() < 1 ? took.toMinutes() + " min" : took.toHours() + " h";
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
