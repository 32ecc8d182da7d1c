package dev.sekisho.data.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of the build's resources with placeholders such as {@code {title}}. What stands in braces
 * and has no value, as in a style sheet, is left as it is.
 */
record PageTemplate(String text) {
  static PageTemplate of(String resource) {
    try (InputStream in = open(resource)) {
      return new PageTemplate(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Properties texts(String resource) {
    Properties properties = new Properties();
    try (var reader = new InputStreamReader(open(resource), StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  /**
   * @param values by name; null for what is no placeholder. Whoever gives them has escaped what
   *     came from outside
   */
  byte[] fill(Function<String, @Nullable String> values) {
    StringBuilder page = new StringBuilder(text.length() + 4096);
    int from = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
      int close = text.indexOf('}', open);
      @Nullable String value = close < 0 ? null : values.apply(text.substring(open + 1, close));
      if (value != null) {
        page.append(text, from, open).append(value);
        from = close + 1;
      }
    }
    return page.append(text, from, text.length()).toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Text that came from outside, as it may stand in a page. */
  static String escaped(String text) {
    StringBuilder result = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> result.append("&lt;");
        case '>' -> result.append("&gt;");
        case '&' -> result.append("&amp;");
        case '"' -> result.append("&quot;");
        case '\'' -> result.append("&#39;");
        default -> result.append(c);
      }
    }
    return result.toString();
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = PageTemplate.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("the resource " + name + " is missing from the build");
    }
    return in;
  }
}
