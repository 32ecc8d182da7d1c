package dev.sekisho.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What makes two bodies the same to every engine: their bytes as sent, and how they are coded. Four
 * numbers hold the SHA-256.
 */
record VerdictKey(long a, long b, long c, long d, long length, String coding) {
  /** Of a message's own making; nobody stacks so many that it would be longer. */
  private static final int LONGEST_CODING = 100;

  static VerdictKey of(byte[] sha256, long length, String coding) {
    ByteBuffer numbers = ByteBuffer.wrap(sha256);
    return new VerdictKey(
        numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong(), length, coding);
  }

  /** Empty where the body cannot be read, or says more of its coding than is worth keeping. */
  static Optional<VerdictKey> of(Body body) {
    String coding = body.codings().map(VerdictKey::words).orElse("? " + said(body));
    if (coding.length() > LONGEST_CODING) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(body.source().sha256(), body.source().length(), coding));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** What is undone, whichever field said so. */
  private static String words(ContentCodings codings) {
    return codings.undone().stream()
        .map(ContentCodings.Coding::word)
        .collect(Collectors.joining(","));
  }

  private static String said(Body body) {
    String coding = body.subject().contentCoding();
    return coding == null ? "" : coding;
  }
}
