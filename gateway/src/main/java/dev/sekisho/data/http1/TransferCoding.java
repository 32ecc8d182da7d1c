package dev.sekisho.data.http1;

import java.util.Locale;
import java.util.Optional;

/**
 * A transfer coding under the chunks of a response (RFC 9112 §7.2). Nobody asked for one, since we
 * never send it in TE; some origins send it all the same. It is between them and us, and undone
 * here.
 */
public enum TransferCoding {
  GZIP,
  DEFLATE;

  /**
   * What a Transfer-Encoding of a response has under its chunks; empty for nothing.
   *
   * @param value of the one field
   */
  static Optional<TransferCoding> underChunks(String value) throws Refusal {
    String[] codings = value.toLowerCase(Locale.ROOT).split(",", -1);
    if (codings.length > 2 || !codings[codings.length - 1].strip().equals("chunked")) {
      throw other();
    }
    if (codings.length == 1) {
      return Optional.empty();
    }
    return switch (codings[0].strip()) {
      case "gzip", "x-gzip" -> Optional.of(GZIP);
      case "deflate" -> Optional.of(DEFLATE);
      default -> throw other();
    };
  }

  private static Refusal other() {
    return new Refusal("a Transfer-Encoding other than chunked, or gzip or deflate and chunked");
  }
}
