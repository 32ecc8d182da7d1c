package dev.sekisho.journal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * OCSF 1.7 HTTP Activity (class 4002) with the profile security_control: what the class requires,
 * and what maps without loss. One JSON object per line; times in milliseconds since 1970.
 */
final class OcsfFormat implements RecordFormat {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int CLASS = 4002;

  @Override
  public @Nullable String header() {
    return null;
  }

  @Override
  public String line(LoggedRecord record) {
    int activity = activity(record.text("method", ""));
    boolean denied = !record.text("decision", "").equals("allow");
    ObjectNode event = JSON.createObjectNode();
    event
        .put("category_uid", 4)
        .put("class_uid", CLASS)
        .put("activity_id", activity)
        .put("type_uid", CLASS * 100L + activity);
    if (activity == 99) {
      event.put("activity_name", record.text("method", ""));
    }
    event.put("severity_id", denied ? 2 : 1).put("time", record.time().toEpochMilli());
    event.put("start_time", record.start().toEpochMilli());
    if (record.end() != null) {
      event.put("end_time", record.end().toEpochMilli());
    }
    if (record.number("duration_us") >= 0) {
      event.put("duration", record.number("duration_us") / 1000);
    }
    event.put("action_id", denied ? 2 : 1).put("disposition_id", denied ? 2 : 1);
    event.put("status_id", status(record, denied));
    ObjectNode metadata = event.putObject("metadata");
    metadata.put("version", "1.7.0").put("uid", record.id());
    metadata.putArray("profiles").add("security_control");
    metadata.putObject("product").put("name", "Sekisho").put("vendor_name", "Sekisho");
    endpoints(record, event);
    message(record, event);
    return event.toString();
  }

  /** 1 success, 2 failure: refused, failed on the way, or answered with an error. */
  private static int status(LoggedRecord record, boolean denied) {
    boolean failed =
        denied
            || record.text("error_kind") != null
            || record.number("status") >= 400
            || record.state() == LoggedRecord.State.INTERRUPTED;
    return failed ? 2 : 1;
  }

  private static void endpoints(LoggedRecord record, ObjectNode event) {
    ObjectNode source = event.putObject("src_endpoint");
    text(source, "ip", record.text("client_ip"));
    number(source, "port", record.number("client_port"));
    text(source, "name", record.text("device"));
    ObjectNode destination = event.putObject("dst_endpoint");
    text(destination, "hostname", record.text("host"));
    text(destination, "ip", record.text("origin_ip"));
    number(destination, "port", record.number("port"));
    ObjectNode traffic = event.putObject("traffic");
    number(traffic, "bytes_in", record.number("bytes_down"));
    number(traffic, "bytes_out", record.number("bytes_up"));
    String user = record.text("user");
    if (user != null) {
      event.putObject("actor").putObject("user").put("name", user);
    }
    String rule = record.text("rule");
    if (rule != null) {
      event.putObject("firewall_rule").put("name", rule);
    }
  }

  private static void message(LoggedRecord record, ObjectNode event) {
    ObjectNode request = event.putObject("http_request");
    text(request, "http_method", record.text("method"));
    text(request, "user_agent", record.text("user_agent"));
    text(request, "version", record.text("http_version"));
    ObjectNode url = request.putObject("url");
    text(url, "url_string", record.text("url"));
    text(url, "scheme", record.text("scheme"));
    text(url, "hostname", record.text("host"));
    number(url, "port", record.number("port"));
    text(url, "path", record.text("path"));
    if (record.number("status") >= 0) {
      ObjectNode response = event.putObject("http_response").put("code", record.number("status"));
      text(response, "content_type", record.text("content_type"));
      number(response, "length", record.number("bytes_down"));
    }
    text(event, "message", record.text("reason"));
  }

  private static int activity(String method) {
    return switch (method.toUpperCase(Locale.ROOT)) {
      case "CONNECT" -> 1;
      case "DELETE" -> 2;
      case "GET" -> 3;
      case "HEAD" -> 4;
      case "OPTIONS" -> 5;
      case "POST" -> 6;
      case "PUT" -> 7;
      case "TRACE" -> 8;
      case "PATCH" -> 9;
      case "" -> 0;
      default -> 99;
    };
  }

  private static void text(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  private static void number(ObjectNode node, String name, long value) {
    if (value >= 0) {
      node.put(name, value);
    }
  }
}
