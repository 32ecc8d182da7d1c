package dev.sekisho.data.listen;

import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import org.jspecify.annotations.Nullable;

/** Whether a response can be held and scanned, as its head says. */
sealed interface Scannable {
  /** There is no body. */
  record Nothing() implements Scannable {}

  record Body() implements Scannable {}

  /** It will not be scanned. */
  record Never(Verdict.Unscanned verdict) implements Scannable {}

  static Scannable of(ResponseHead response, @Nullable String mediaType, Scanner scanner) {
    if (response.status() == 101) {
      return new Never(
          scanner.unscanned(
              Verdict.Reason.ENDLESS, "After 101 the connection speaks another protocol."));
    }
    return switch (response.framing()) {
      case BodyFraming.None _ -> new Nothing();
      case BodyFraming.Length(long bytes) when bytes == 0 -> new Nothing();
      case BodyFraming.Length(long bytes) when bytes > scanner.limit() ->
          new Never(
              scanner.unscanned(
                  Verdict.Reason.TOO_BIG,
                  "It is of " + bytes + " bytes, more than scan.limit (" + scanner.limit() + ")."));
      case BodyFraming.Length _ -> new Body();
      case BodyFraming.Chunked _, BodyFraming.UntilClose _ ->
          "text/event-stream".equals(mediaType)
              ? new Never(
                  scanner.unscanned(Verdict.Reason.ENDLESS, "A stream of events does not end."))
              : new Body();
    };
  }
}
