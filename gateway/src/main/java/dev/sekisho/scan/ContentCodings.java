package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The codings of a body in the order in which they are undone: the last that was applied first (RFC
 * 9110 section 8.4).
 */
record ContentCodings(List<Coding> undone) {
  /** Nobody has a reason for more, and each costs a buffer. */
  private static final int MOST = 4;

  /** A coding that can be undone here. */
  enum Coding {
    GZIP,
    DEFLATE,
    BR
  }

  static final ContentCodings NONE = new ContentCodings(List.of());

  ContentCodings {
    undone = List.copyOf(undone);
  }

  /**
   * What Content-Encoding says; empty where it has a coding that cannot be undone here, or too
   * many.
   */
  static Optional<ContentCodings> parse(@Nullable String field) {
    if (field == null) {
      return Optional.of(NONE);
    }
    List<Coding> undone = new ArrayList<>();
    for (String word : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      switch (word.strip()) {
        case "", "identity" -> {
          // changes nothing; an empty element of a list is passed over (RFC 9110 section 5.6.1)
        }
        case "gzip", "x-gzip" -> undone.addFirst(Coding.GZIP);
        case "deflate" -> undone.addFirst(Coding.DEFLATE);
        case "br" -> undone.addFirst(Coding.BR);
        default -> {
          return Optional.empty();
        }
      }
    }
    return undone.size() > MOST ? Optional.empty() : Optional.of(new ContentCodings(undone));
  }

  /**
   * Undoes them all.
   *
   * @param limit bytes that each may give
   */
  InputStream undo(InputStream coded, long limit) throws IOException {
    InputStream stream = coded;
    for (Coding coding : undone) {
      stream =
          new BoundedStream(
              switch (coding) {
                case GZIP -> new GzipStream(stream);
                case DEFLATE -> new DeflateStream(stream);
                case BR -> new BrotliInputStream(stream);
              },
              limit);
    }
    return stream;
  }
}
