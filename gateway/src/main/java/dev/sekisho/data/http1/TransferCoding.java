package dev.sekisho.data.http1;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A transfer coding under the chunks of a response (RFC 9112 §7.2). Nobody asked for one, since we
 * never send it in TE; some origins send it all the same. It is between them and us, and undone
 * here.
 */
public enum TransferCoding {
  GZIP,
  DEFLATE;

  /** Those that are registered beside chunked (RFC 9112 §7.2). */
  private static final Set<String> OTHERS =
      Set.of("gzip", "x-gzip", "deflate", "compress", "x-compress");

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

  /**
   * Why a request is not taken whose Transfer-Encoding is not {@code chunked} alone. Where the end
   * of its body is certain, only the coding is not ours to undo, and that is said (RFC 9112 §6.1);
   * everything else could be read in two ways.
   */
  static Refusal ofRequest(String value) {
    String[] codings = value.toLowerCase(Locale.ROOT).split(",", -1);
    int last = codings.length - 1;
    boolean endIsCertain = last > 0 && codings[last].strip().equals("chunked");
    for (int i = 0; i < last; i++) {
      endIsCertain &= OTHERS.contains(codings[i].strip());
    }
    return endIsCertain
        ? new Refusal(
            Refusal.Reason.CODING, "a transfer coding that requests may not have: only chunked")
        : new Refusal("a Transfer-Encoding other than chunked alone");
  }

  private static Refusal other() {
    return new Refusal("a Transfer-Encoding other than chunked, or gzip or deflate and chunked");
  }
}
