package dev.sekisho.data.listen;

import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.Fields;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Content-Type says. */
final class MediaType {
  /** RFC 9110 §8.3.1: a token, a slash, a token. */
  private static final Pattern SYNTAX =
      Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,127}/[a-z0-9!#$%&'*+.^_`|~-]{1,127}");

  private MediaType() {}

  /**
   * Type and subtype in lower case without parameters. Null also where they are given twice, or are
   * no media type: a client could take another one than policy does.
   */
  static @Nullable String of(Fields fields) {
    String value = fields.first(FieldName.CONTENT_TYPE);
    if (value == null || fields.count(FieldName.CONTENT_TYPE) > 1) {
      return null;
    }
    int semicolon = value.indexOf(';');
    String type =
        (semicolon < 0 ? value : value.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    return SYNTAX.matcher(type).matches() && !value.contains(",") ? type : null;
  }
}
