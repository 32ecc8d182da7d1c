package dev.sekisho.data.listen;

import dev.sekisho.data.websocket.MessageReader;
import dev.sekisho.scan.MessageLimits;
import dev.sekisho.scan.Verdict;
import java.util.Optional;

/** Why a message cannot be held until its verdict. */
record MessageBounds(MessageLimits limits) {
  record Exceeded(Verdict.Reason reason, String detail) {}

  /**
   * @param taken what was read of it last
   */
  Optional<Exceeded> exceeded(
      HeldMessage message, MessageReader reader, MessageReader.Taken taken) {
    if (message.full()) {
      return exceeded(
          Verdict.Reason.SPOOL_FULL,
          "No more can be held now (scan.spool.disk, or its file system).");
    }
    Optional<String> unreadable = reader.unreadable();
    if (unreadable.isPresent()) {
      return exceeded(
          Verdict.Reason.UNDECODABLE,
          "The compression of a message cannot be undone: " + unreadable.get() + ".");
    }
    if (message.wireLength() > limits.limit()) {
      return exceeded(
          Verdict.Reason.TOO_BIG,
          "A message is longer than scan.messages.limit (" + limits.limit() + " bytes).");
    }
    if (reader.inflated() > mostDecoded(message, taken)) {
      return exceeded(
          Verdict.Reason.TOO_BIG,
          "A message becomes too long when its compression is undone (scan.decoded, or ten times"
              + " scan.messages.limit).");
    }
    return Optional.empty();
  }

  /** The ratio is one of whole messages. */
  private long mostDecoded(HeldMessage message, MessageReader.Taken taken) {
    long most = limits.decoded().limit();
    return switch (taken) {
      case PART -> most;
      case LAST -> Math.min(most, limits.decoded().byRatio(message.wireLength()));
    };
  }

  private static Optional<Exceeded> exceeded(Verdict.Reason reason, String detail) {
    return Optional.of(new Exceeded(reason, detail));
  }
}
