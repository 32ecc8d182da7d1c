package dev.sekisho.scan;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A whole body, held in pieces, which can be read as often as somebody needs it: never more of it
 * than a buffer exists decoded.
 *
 * @param codings empty where one of them cannot be undone here
 * @param decodedLimit bytes that a coding may give
 */
record Body(List<ByteBuffer> pieces, Optional<ContentCodings> codings, long decodedLimit) {

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
    return switch (view) {
      case RAW -> new Reading(() -> new PieceStream(pieces));
      case DECODED ->
          new Reading(() ->
              codings
                  .orElseThrow(() ->
                      new FaultException(
                          Verdict.Reason.UNREADABLE, "Its content coding cannot be undone here."))
                  .undo(new PieceStream(pieces), decodedLimit));
    };
  }
}
