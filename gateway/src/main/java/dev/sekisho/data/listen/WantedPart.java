package dev.sekisho.data.listen;

import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which part of a whole a request asks for (RFC 9110 §14). */
sealed interface WantedPart {
  /** Everything: several parts, or a field that is no range, may be passed over (§14.2). */
  record Whole() implements WantedPart {}

  /** From the first byte to the last, both included. */
  record Bytes(long first, long last, long total) implements WantedPart {
    long length() {
      return last - first + 1;
    }
  }

  /** It begins behind the end (416). */
  record Beyond(long total) implements WantedPart {}

  Pattern ONE_RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  String IF_RANGE = "if-range";
  String ETAG = "etag";

  /** Whether the request asks for a part at all. */
  static boolean isAskedFor(RequestHead request) {
    return request.method().equals("GET") && request.fields().has(FieldName.RANGE);
  }

  /**
   * @param total bytes of the whole
   */
  static WantedPart of(RequestHead request, ResponseHead whole, long total) {
    Fields fields = request.fields();
    String range = fields.first(FieldName.RANGE);
    if (range == null || fields.count(FieldName.RANGE) > 1 || whole.status() != 200) {
      return new Whole();
    }
    String condition = fields.first(IF_RANGE);
    if (condition != null && !strongTag(whole).equals(Optional.of(condition))) {
      return new Whole();
    }
    Matcher one = ONE_RANGE.matcher(range.replace(" ", ""));
    return one.matches() ? of(one.group(1), one.group(2), total) : new Whole();
  }

  private static WantedPart of(String from, String to, long total) {
    if (from.isEmpty()) {
      long suffix = to.isEmpty() ? 0 : Long.parseLong(to);
      return to.isEmpty()
          ? new Whole()
          : bytes(Math.max(0, total - suffix), total - 1, total, suffix > 0);
    }
    long first = Long.parseLong(from);
    long last = to.isEmpty() ? total - 1 : Long.parseLong(to);
    if (!to.isEmpty() && last < first) {
      return new Whole();
    }
    return bytes(first, Math.min(last, total - 1), total, first < total);
  }

  private static WantedPart bytes(long first, long last, long total, boolean satisfiable) {
    return satisfiable && total > 0 ? new Bytes(first, last, total) : new Beyond(total);
  }

  /** The entity tag, if it is a strong one (§8.8.3). */
  static Optional<String> strongTag(ResponseHead response) {
    @Nullable String tag = response.fields().first(ETAG);
    return Optional.ofNullable(tag).filter(text -> text.startsWith("\""));
  }
}
