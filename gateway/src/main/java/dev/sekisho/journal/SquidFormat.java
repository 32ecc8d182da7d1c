package dev.sekisho.journal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Squid's native access.log, its {@code logformat squid}: time, elapsed milliseconds, client,
 * result and status, bytes to the client, method, URL, user, how and where it was fetched, media
 * type. What has no blank in Squid has none here.
 */
final class SquidFormat implements RecordFormat {
  @Override
  public @Nullable String header() {
    return null;
  }

  @Override
  public String line(LoggedRecord record) {
    long millis = record.time().toEpochMilli();
    return String.format(
        Locale.ROOT,
        "%9d.%03d %6d %s %s/%03d %d %s %s %s %s/%s %s",
        millis / 1000,
        millis % 1000,
        Math.max(0, record.number("duration_us")) / 1000,
        word(record.text("client_ip")),
        result(record),
        Math.max(0, record.number("status")),
        Math.max(0, record.number("bytes_down")),
        word(record.text("method")),
        url(record),
        word(record.text("user")),
        hierarchy(record),
        peer(record),
        type(record));
  }

  private static boolean tunnel(LoggedRecord record) {
    return record.text("mode", "").equals("connect");
  }

  private static boolean refused(LoggedRecord record) {
    String decision = record.text("decision", "");
    return decision.equals("deny") || decision.equals("ask");
  }

  private static String result(LoggedRecord record) {
    if (refused(record)) {
      return "TCP_DENIED";
    }
    String base = tunnel(record) ? "TCP_TUNNEL" : "TCP_MISS";
    return switch (record.state()) {
      case INTERRUPTED -> base + "_ABORTED";
      case OPENED, CLOSED ->
          record.text("error_side", "").equals("client") ? base + "_ABORTED" : base;
    };
  }

  /** Squid writes a tunnel as host and port. */
  private static String url(LoggedRecord record) {
    String url = record.text("url");
    if (!tunnel(record) || url == null || url.indexOf("://") < 0) {
      return word(record.target());
    }
    return word(url.substring(url.indexOf("://") + 3));
  }

  private static String hierarchy(LoggedRecord record) {
    if (refused(record)) {
      return "HIER_NONE";
    }
    if (record.text("parent") != null) {
      return "FIRSTUP_PARENT";
    }
    return record.text("origin_ip") == null ? "HIER_NONE" : "HIER_DIRECT";
  }

  private static String peer(LoggedRecord record) {
    if (refused(record)) {
      return "-";
    }
    return word(record.text("parent", record.text("origin_ip", "-")));
  }

  /** The media type without its parameters. */
  private static String type(LoggedRecord record) {
    String type = record.text("content_type", "-");
    int end = type.indexOf(';');
    return word(end < 0 ? type : type.substring(0, end).strip());
  }

  /** A field without blanks: they are percent-encoded, as Squid does. */
  private static String word(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      return "-";
    }
    return Printable.of(value).replace(" ", "%20");
  }
}
