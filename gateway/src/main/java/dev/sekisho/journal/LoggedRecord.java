package dev.sekisho.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A record as it was read back. Facts that are absent are null, numbers -1. Unknown fields of later
 * versions stay in the JSON.
 */
public final class LoggedRecord {
  private static final JsonMapper JSON = JsonMapper.shared();

  public enum State {
    /** The exchange goes on, or went on when the journal was last written. */
    OPENED,
    CLOSED,
    /** The process died before the exchange ended. */
    INTERRUPTED
  }

  private final String line;
  private final ObjectNode json;
  private final State state;
  private final Instant start;
  private final @Nullable Instant end;

  private LoggedRecord(String line, ObjectNode json, State state) {
    this.line = line;
    this.json = json;
    this.state = state;
    this.start = Instant.parse(json.path("start").asString("1970-01-01T00:00:00Z"));
    String ended = json.path("end").asString("");
    this.end = ended.isEmpty() ? null : Instant.parse(ended);
  }

  /** The record that this JSON, one object in UTF-8, describes; null when it describes none. */
  public static @Nullable LoggedRecord parse(byte[] payload) {
    try {
      String line = new String(payload, StandardCharsets.UTF_8);
      if (!(JSON.readTree(line) instanceof ObjectNode json)) {
        return null;
      }
      return switch (json.path("state").asString("")) {
        case "opened" -> new LoggedRecord(line, json, State.OPENED);
        case "closed" -> new LoggedRecord(line, json, State.CLOSED);
        case "interrupted" -> new LoggedRecord(line, json, State.INTERRUPTED);
        default -> null;
      };
    } catch (JacksonException | java.time.DateTimeException _) {
      // the caller, who knows the file, reports the damage
      return null;
    }
  }

  /** The JSON as it stands in the journal, one line. */
  public String json() {
    return line;
  }

  public String id() {
    return json.path("id").asString("");
  }

  public State state() {
    return state;
  }

  public Instant start() {
    return start;
  }

  public @Nullable Instant end() {
    return end;
  }

  /** The end, or the start of what has none: the time by which records are ordered. */
  public Instant time() {
    return end == null ? start : end;
  }

  /** A text by its name in the JSON. */
  public @Nullable String text(String field) {
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? null : value.asString();
  }

  /** A text by its name in the JSON, or what to take when it is absent. */
  public String text(String field, String otherwise) {
    String value = text(field);
    return value == null ? otherwise : value;
  }

  /** A number by its name in the JSON; -1 when it is absent. */
  public long number(String field) {
    return json.path(field).asLong(-1);
  }

  /** A list by its name in the JSON. */
  public List<String> texts(String field) {
    List<String> result = new ArrayList<>();
    for (JsonNode item : json.path(field)) {
      result.add(item.asString());
    }
    return result;
  }

  /**
   * What was asked for: the URL, or host and port of a tunnel, or as much of it as was written
   * down.
   */
  public String target() {
    String url = text("url");
    if (url != null) {
      return url;
    }
    String host = text("host", "-");
    long port = number("port");
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port < 0 ? shown : shown + ":" + port;
  }
}
