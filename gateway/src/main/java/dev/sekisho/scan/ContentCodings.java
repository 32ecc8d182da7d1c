package dev.sekisho.scan;

import dev.sekisho.scan.zstd.ZstdStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
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

  /** S3's word that what it sent is in chunks; older clients leave the coding out. */
  private static final String S3_CONTENT = "x-amz-content-sha256";

  private static final String S3_IN_CHUNKS = "STREAMING-";

  /** A coding that can be undone here. */
  enum Coding {
    GZIP,
    DEFLATE,
    BR,
    ZSTD,
    AWS_CHUNKED;

    /** As written in Content-Encoding. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static final ContentCodings NONE = new ContentCodings(List.of());

  ContentCodings {
    undone = List.copyOf(undone);
  }

  /**
   * What Content-Encoding says of a body; empty where it has a coding that cannot be undone here,
   * or too many. {@code aws-chunked} is one of uploads only: a store takes it off, and a client
   * that finds the word in an answer does not.
   */
  static Optional<ContentCodings> of(Scanner.Subject subject) {
    Optional<List<Coding>> parsed = parse(subject.contentCoding());
    boolean upload = subject.direction() == Scanner.Direction.UP;
    return parsed
        .filter(codings -> Collections.frequency(codings, Coding.AWS_CHUNKED) <= (upload ? 1 : 0))
        .map(codings -> upload ? chunksFirst(codings, subject) : codings)
        .filter(codings -> codings.size() <= MOST)
        .map(ContentCodings::new);
  }

  private static Optional<List<Coding>> parse(@Nullable String field) {
    List<Coding> undone = new ArrayList<>();
    for (String word : (field == null ? "" : field).toLowerCase(Locale.ROOT).split(",", -1)) {
      switch (word.strip()) {
        case "", "identity" -> {
          // changes nothing; an empty element of a list is passed over (RFC 9110 section 5.6.1)
        }
        case "gzip", "x-gzip" -> undone.addFirst(Coding.GZIP);
        case "deflate" -> undone.addFirst(Coding.DEFLATE);
        case "br" -> undone.addFirst(Coding.BR);
        case "zstd" -> undone.addFirst(Coding.ZSTD);
        case "aws-chunked" -> undone.addFirst(Coding.AWS_CHUNKED);
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(undone);
  }

  /** The chunks are around everything else, wherever a client writes the word. */
  private static List<Coding> chunksFirst(List<Coding> codings, Scanner.Subject subject) {
    List<Coding> ordered = new ArrayList<>(codings);
    if (ordered.remove(Coding.AWS_CHUNKED) || saysChunks(subject)) {
      ordered.addFirst(Coding.AWS_CHUNKED);
    }
    return ordered;
  }

  private static boolean saysChunks(Scanner.Subject subject) {
    return subject.heads().request().fields().stream()
        .anyMatch(field ->
            field.name().equalsIgnoreCase(S3_CONTENT) && field.value().startsWith(S3_IN_CHUNKS));
  }

  /** Undoes them all. */
  InputStream undo(InputStream coded, DecodedBudget budget) throws IOException {
    InputStream stream = undone.isEmpty() ? coded : new GivenUp(coded);
    for (Coding coding : undone) {
      stream =
          new BoundedStream(
              switch (coding) {
                case GZIP -> new GzipStream(stream);
                case DEFLATE -> new DeflateStream(stream);
                case BR -> new BrotliInputStream(stream);
                case ZSTD -> new ZstdStream(stream);
                case AWS_CHUNKED -> new AwsChunkedStream(stream);
              },
              coding.word(),
              budget);
    }
    return stream;
  }
}
