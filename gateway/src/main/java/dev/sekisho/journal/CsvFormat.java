package dev.sekisho.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180, one column per field of the record; lists are joined by spaces. Spreadsheets take a
 * cell that begins with one of {@code = + - @} for a formula, and run it; such text gets an
 * apostrophe in front.
 */
final class CsvFormat implements RecordFormat {
  static final List<String> COLUMNS =
      List.of(
          "v",
          "id",
          "parent_id",
          "state",
          "start",
          "end",
          "duration_us",
          "listener",
          "mode",
          "client_ip",
          "client_port",
          "device",
          "user",
          "groups",
          "identified_by",
          "method",
          "url",
          "scheme",
          "host",
          "port",
          "path",
          "host_field",
          "origin_ip",
          "sni",
          "http_version",
          "user_agent",
          "decision",
          "rule",
          "reason",
          "phase",
          "categories",
          "inspected_because",
          "observed",
          "status",
          "bytes_up",
          "bytes_down",
          "content_type",
          "sha256",
          "fate",
          "verdict_engine",
          "verdict_name",
          "verdict_reason",
          "route",
          "parent",
          "source_ip",
          "tls_origin_version",
          "tls_origin_cipher",
          "error_side",
          "error_kind",
          "error_detail",
          "repeats");

  private static final List<String> LISTS = List.of("groups", "categories", "observed");

  @Override
  public @Nullable String header() {
    return String.join(",", COLUMNS);
  }

  @Override
  public String line(LoggedRecord record) {
    StringBuilder out = new StringBuilder();
    for (String column : COLUMNS) {
      if (!column.equals(COLUMNS.getFirst())) {
        out.append(',');
      }
      cell(
          out,
          LISTS.contains(column)
              ? String.join(" ", record.texts(column))
              : record.text(column, ""));
    }
    return out.toString();
  }

  private static void cell(StringBuilder out, String value) {
    String text = Printable.of(value);
    if (!text.isEmpty() && "=+-@".indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    if (text.indexOf(',') < 0 && text.indexOf('"') < 0) {
      out.append(text);
    } else {
      out.append('"').append(text.replace("\"", "\"\"")).append('"');
    }
  }
}
