package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Renders a refusal for whoever asked: a page in English or Japanese for browsers, a problem
 * document (RFC 9457) for programs. Everything that came from outside is escaped.
 */
final class RefusalPage {
  private static final PageTemplate HTML = PageTemplate.of("refusal.html");
  private static final Properties ENGLISH = PageTemplate.texts("refusal_en.properties");
  private static final Properties JAPANESE = PageTemplate.texts("refusal_ja.properties");

  private static final Set<String> FAMILIES_OF_THEIR_OWN = Set.of("denied", "infected", "ask");

  private RefusalPage() {}

  /**
   * A body and its media type.
   *
   * @param contentType as in the Content-Type field
   */
  record Body(String contentType, String language, byte[] bytes) {}

  /**
   * @param accept the request's Accept field, or null
   * @param acceptLanguage the request's Accept-Language field, or null
   */
  static Body render(Refusal refusal, @Nullable String accept, @Nullable String acceptLanguage) {
    if (accept != null && accept.contains("text/html")) {
      return prefersJapanese(acceptLanguage)
          ? html(refusal, "ja", JAPANESE)
          : html(refusal, "en", ENGLISH);
    }
    return new Body(
        "application/problem+json", "en", problem(refusal).getBytes(StandardCharsets.UTF_8));
  }

  /** Whether Japanese stands before English, by the quality values of RFC 9110 §12.5.4. */
  static boolean prefersJapanese(@Nullable String acceptLanguage) {
    if (acceptLanguage == null) {
      return false;
    }
    double japanese = 0;
    double english = 0;
    for (String part : acceptLanguage.split(",", 20)) {
      String range = part.strip().toLowerCase(java.util.Locale.ROOT);
      double quality = quality(range);
      if (range.startsWith("ja")) {
        japanese = Math.max(japanese, quality);
      } else if (range.startsWith("en") || range.startsWith("*")) {
        english = Math.max(english, quality);
      }
    }
    return japanese > english;
  }

  private static double quality(String range) {
    int at = range.indexOf(";q=");
    if (at < 0) {
      return 1;
    }
    try {
      return Double.parseDouble(range.substring(at + 3).strip());
    } catch (NumberFormatException _) {
      // a client's malformed preference counts for nothing
      return 0;
    }
  }

  private static Body html(Refusal refusal, String language, Properties texts) {
    String family = family(refusal);
    return new Body(
        "text/html; charset=utf-8",
        language,
        HTML.fill(name -> value(name, refusal, family, language, texts)));
  }

  /** What stands for a placeholder; null when the braces are the style sheet's. */
  private static @Nullable String value(
      String name, Refusal refusal, String family, String language, Properties texts) {
    return switch (name) {
      case "lang" -> language;
      case "subject" -> refusal.subject() == null ? "" : PageTemplate.escaped(refusal.subject());
      case "reason" -> PageTemplate.escaped(refusal.reason());
      case "rule" -> refusal.rule() == null ? "-" : PageTemplate.escaped(refusal.rule());
      case "id" -> refusal.id().toString();
      case "title", "explanation", "advice" -> texts.getProperty(family + "." + name);
      case "reason-label", "rule-label", "id-label" -> texts.getProperty(name);
      default -> null;
    };
  }

  /** Which of the texts fits. */
  private static String family(Refusal refusal) {
    if (FAMILIES_OF_THEIR_OWN.contains(refusal.kind())) {
      return refusal.kind();
    }
    return switch (refusal.status()) {
      case 502, 504 -> "origin";
      case 500, 503 -> "gateway";
      default -> "client";
    };
  }

  private static String problem(Refusal refusal) {
    StringBuilder json = new StringBuilder(256);
    json.append("{\"type\":\"about:blank\",\"title\":")
        .append(quoted(ENGLISH.getProperty(family(refusal) + ".title")));
    json.append(",\"status\":").append(refusal.status());
    json.append(",\"detail\":").append(quoted(refusal.reason()));
    json.append(",\"kind\":").append(quoted(refusal.kind()));
    if (refusal.rule() != null) {
      json.append(",\"rule\":").append(quoted(refusal.rule()));
    }
    return json.append(",\"record\":\"").append(refusal.id()).append("\"}\n").toString();
  }

  private static String quoted(String text) {
    StringBuilder result = new StringBuilder(text.length() + 16).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        result.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7f) {
        result.append(String.format("\\u%04x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.append('"').toString();
  }
}
