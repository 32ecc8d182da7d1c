package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A whole body, which can be read as often as somebody needs it: never more of it than a buffer
 * exists decoded.
 *
 * @param codings empty where one of them cannot be undone here
 * @param decoded how much it may become
 */
record Body(
    Scanner.Subject subject,
    Source source,
    Optional<ContentCodings> codings,
    DecodedLimits decoded) {

  /** Where the bytes are. */
  interface Source {
    /** From the beginning; several readers at a time are fine. May block. */
    InputStream open() throws IOException;

    /** In bytes, as sent. */
    long length();

    /** SHA-256 of the bytes as sent. May block, and may read all of them. */
    default byte[] sha256() throws IOException {
      MessageDigest digest = Sha256.begin();
      byte[] buffer = new byte[64 << 10];
      try (InputStream in = open()) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          digest.update(buffer, 0, count);
        }
      }
      return digest.digest();
    }
  }

  /** How a body is read. */
  enum View {
    /** As it was sent. */
    RAW,
    /** As the client will use it, its content codings undone. */
    DECODED
  }

  /** Whether both views are the same. */
  boolean isPlain() {
    return codings.isPresent() && codings.get().undone().isEmpty();
  }

  Reading read(View view) {
    if (source.length() == 0) {
      // Nothing is the same in every coding, and origins send it with any.
      return new Reading(source::open);
    }
    return switch (view) {
      case RAW -> new Reading(source::open);
      case DECODED ->
          new Reading(() ->
              codings
                  .orElseThrow(() ->
                      new FaultException(
                          Verdict.Reason.UNDECODABLE, "Its content coding cannot be undone here."))
                  .undo(source.open(), new DecodedBudget(decoded, source.length())));
    };
  }
}
