package dev.sekisho.policy;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The names that {@code when:} can use, with their types and the group of facts each belongs to.
 */
enum CelNames {
  SOURCE_IP("source.ip", SimpleType.STRING, null),
  SOURCE_DEVICE("source.device", SimpleType.STRING, null),
  SOURCE_DEVICES("source.devices", ListType.create(SimpleType.STRING), null),
  USER_NAME("user.name", SimpleType.STRING, Facts.Group.WHO),
  USER_GROUPS("user.groups", ListType.create(SimpleType.STRING), Facts.Group.WHO),
  REQUEST_HOST("request.host", SimpleType.STRING, null),
  REQUEST_PORT("request.port", SimpleType.INT, null),
  REQUEST_SCHEME("request.scheme", SimpleType.STRING, Facts.Group.REQUEST),
  REQUEST_PROTOCOL("request.protocol", SimpleType.STRING, Facts.Group.REQUEST),
  REQUEST_METHOD("request.method", SimpleType.STRING, Facts.Group.REQUEST),
  REQUEST_PATH("request.path", SimpleType.STRING, Facts.Group.REQUEST),
  REQUEST_QUERY("request.query", SimpleType.STRING, Facts.Group.REQUEST),
  REQUEST_URL("request.url", SimpleType.STRING, Facts.Group.REQUEST),
  DESTINATION_ADDRESSES(
      "destination.addresses", ListType.create(SimpleType.STRING), Facts.Group.ADDRESS),
  RESPONSE_CONTENT_TYPE("response.content_type", SimpleType.STRING, Facts.Group.RESPONSE),
  RESPONSE_SIZE("response.size", SimpleType.INT, Facts.Group.RESPONSE),
  TIME_HOUR("time.hour", SimpleType.INT, null),
  TIME_MINUTE("time.minute", SimpleType.INT, null),
  TIME_DAY_OF_WEEK("time.day_of_week", SimpleType.INT, null),
  TIME_DATE("time.date", SimpleType.STRING, null);

  private static final List<CelNames> ALL = List.of(values());

  private final String text;
  private final CelType type;
  private final Facts.@Nullable Group group;

  CelNames(String text, CelType type, Facts.@Nullable Group group) {
    this.text = text;
    this.type = type;
    this.group = group;
  }

  String text() {
    return text;
  }

  CelType type() {
    return type;
  }

  /** The group of facts; empty for what is known from the start. */
  Optional<Facts.Group> group() {
    return Optional.ofNullable(group);
  }

  static Optional<CelNames> find(String text) {
    for (CelNames name : ALL) {
      if (name.text.equals(text)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  static List<String> texts() {
    List<String> texts = new ArrayList<>();
    ALL.forEach(name -> texts.add(name.text));
    return texts;
  }

  /** The value by what is seen, or null when it was not declared. The group must be known. */
  @Nullable Object value(View view, CelTime time, String reading) {
    Seen seen = view.seen();
    return switch (this) {
      case SOURCE_IP -> seen.client.text();
      case SOURCE_DEVICE -> {
        String device = view.tables().devices().name(seen.client);
        yield device == null ? "" : device;
      }
      case SOURCE_DEVICES -> view.tables().devices().names(seen.client);
      case USER_NAME -> text(seen.user);
      case USER_GROUPS -> List.copyOf(seen.groups);
      case REQUEST_HOST -> seen.hostText;
      case REQUEST_PORT -> (long) seen.port;
      case REQUEST_SCHEME -> text(seen.scheme);
      case REQUEST_PROTOCOL -> text(seen.protocol);
      case REQUEST_METHOD -> text(seen.method);
      case REQUEST_PATH -> reading;
      case REQUEST_QUERY -> text(seen.query);
      case REQUEST_URL -> url(seen, reading);
      case DESTINATION_ADDRESSES -> seen.addressTexts();
      case RESPONSE_CONTENT_TYPE -> seen.contentType;
      case RESPONSE_SIZE -> seen.responseSize < 0 ? null : (Object) seen.responseSize;
      case TIME_HOUR -> (long) time.at(seen.timeMicros).getHour();
      case TIME_MINUTE -> (long) time.at(seen.timeMicros).getMinute();
      case TIME_DAY_OF_WEEK -> (long) time.at(seen.timeMicros).getDayOfWeek().getValue();
      case TIME_DATE -> time.at(seen.timeMicros).toLocalDate().toString();
    };
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** The URL with the port only where it is not the scheme's own. */
  private static String url(Seen seen, String reading) {
    int usual = "https".equals(seen.scheme) ? 443 : 80;
    String host = seen.hostText.indexOf(':') >= 0 ? "[" + seen.hostText + "]" : seen.hostText;
    String port = seen.port == usual ? "" : ":" + seen.port;
    String query = seen.query == null ? "" : "?" + seen.query;
    return text(seen.scheme) + "://" + host + port + reading + query;
  }
}
