package dev.sekisho.data.listen;

import dev.sekisho.data.http1.BodyFraming;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.websocket.Extensions;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import java.util.Optional;

/** Whether a response can be held and scanned, as its head says. */
sealed interface Scannable {
  /** There is no body. */
  record Nothing() implements Scannable {}

  record Body() implements Scannable {}

  /** It will not be scanned. */
  record Never(Verdict.Unscanned verdict) implements Scannable {}

  /** What a response that is to be scanned is, by its head alone. */
  static Scannable of(ResponseHead response, Scanner.Subject subject, Scanner scanner) {
    boolean empty =
        switch (response.framing()) {
          case BodyFraming.None _ -> true;
          case BodyFraming.Length(long bytes) -> bytes == 0;
          case BodyFraming.Chunked _, BodyFraming.UntilClose _ -> false;
        };
    if (empty) {
      return new Nothing();
    }
    Optional<String> excluded = scanner.treatment(subject).excludedBy();
    if (excluded.isPresent()) {
      return excluded(scanner, subject, excluded.get());
    }
    if (response.status() == 206 || "multipart/byteranges".equals(subject.mediaType())) {
      return never(
          scanner, subject, Verdict.Reason.PARTIAL, "It is a part of something larger (206).");
    }
    if (subject.size() > scanner.limit()) {
      return tooBig(scanner, subject);
    }
    return subject.size() < 0 && "text/event-stream".equals(subject.mediaType())
        ? never(scanner, subject, Verdict.Reason.ENDLESS, "A stream of events does not end.")
        : new Body();
  }

  /** What a request's body is that is to be scanned. */
  static Scannable of(RequestHead request, Scanner.Subject subject, Scanner scanner) {
    if (request.framing() instanceof BodyFraming.None || subject.size() == 0) {
      return new Nothing();
    }
    Optional<String> excluded = scanner.treatment(subject).excludedBy();
    if (excluded.isPresent()) {
      return excluded(scanner, subject, excluded.get());
    }
    return subject.size() > scanner.limit() ? tooBig(scanner, subject) : new Body();
  }

  /**
   * What the messages of a WebSocket are in one direction: bodies, or nothing that can be scanned.
   */
  static Scannable of(Extensions agreed, Scanner.Subject subject, Scanner scanner) {
    Optional<String> excluded = scanner.treatment(subject).excludedBy();
    if (excluded.isPresent()) {
      return excluded(scanner, subject, excluded.get());
    }
    return switch (agreed) {
      case Extensions.None _, Extensions.Deflate _ -> new Body();
      case Extensions.Other(String name) ->
          never(
              scanner,
              subject,
              Verdict.Reason.UNDECODABLE,
              "A WebSocket with an extension that is not known here: " + name + ".");
    };
  }

  private static Scannable excluded(Scanner scanner, Scanner.Subject subject, String rule) {
    return never(
        scanner,
        subject,
        Verdict.Reason.EXCLUDED_BY_RULE,
        "The line '" + rule + "' of scan.rules says so.");
  }

  private static Scannable tooBig(Scanner scanner, Scanner.Subject subject) {
    return never(
        scanner,
        subject,
        Verdict.Reason.TOO_BIG,
        "It is of " + subject.size() + " bytes, more than scan.limit (" + scanner.limit() + ").");
  }

  private static Scannable never(
      Scanner scanner, Scanner.Subject subject, Verdict.Reason reason, String detail) {
    return new Never(scanner.unscanned(subject, reason, detail));
  }
}
