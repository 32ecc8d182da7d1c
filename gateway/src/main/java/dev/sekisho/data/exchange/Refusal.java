package dev.sekisho.data.exchange;

import dev.sekisho.journal.RecordId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told instead of a response.
 *
 * @param status the HTTP status
 * @param proxyStatus the error token of RFC 9209 §2.3
 * @param kind the word for the journal, metrics and the problem document's type
 * @param reason one sentence for people
 * @param rule the rule that decided; null when no rule did
 * @param id the record to quote when asking the owner of the gateway
 * @param subject what was asked for, for display; null when it could not be read
 * @param challenge the Proxy-Authenticate field of a 407
 */
public record Refusal(
    int status,
    String proxyStatus,
    String kind,
    String reason,
    @Nullable String rule,
    RecordId id,
    @Nullable String subject,
    Optional<String> challenge) {

  /** What the client is told of an ending; empty where it has what it wanted, or has left. */
  static Optional<Refusal> of(Ending ending, RecordId id, String subject) {
    return switch (ending) {
      case Ending.Delivered _ -> Optional.empty();
      case Ending.Denied denied ->
          Optional.of(refused(403, "denied", denied.reason(), denied.rule(), id, subject));
      case Ending.Infected infected ->
          Optional.of(refused(infected.status(), "infected", reason(infected), null, id, subject));
      case Ending.AskedWho asked -> Optional.of(asked(asked, id, subject));
      case Ending.Failed(Failure failure) when failure.kind() == Failure.Kind.CLIENT_LEFT ->
          Optional.empty();
      case Ending.Failed(Failure failure) -> Optional.of(failed(failure, id, subject));
    };
  }

  static String reason(Ending.Infected infected) {
    return infected.engine()
        + " found "
        + infected.name()
        + switch (infected.direction()) {
          case UP -> " in what was sent; the origin got nothing of it.";
          case DOWN -> " in the answer, which was not handed over whole.";
        };
  }

  /** 407 (RFC 9110 §15.5.8). */
  private static Refusal asked(Ending.AskedWho asked, RecordId id, String subject) {
    return new Refusal(
        407,
        "http_request_denied",
        "ask",
        asked.reason(),
        asked.rule(),
        id,
        subject,
        Optional.of(asked.challenge()));
  }

  public static Refusal failed(Failure failure, RecordId id, @Nullable String subject) {
    Failure.Kind kind = failure.kind();
    return new Refusal(
        kind.status(),
        kind.proxyStatus(),
        kind.word(),
        failure.detail(),
        null,
        id,
        subject,
        Optional.empty());
  }

  private static Refusal refused(
      int status, String kind, String reason, @Nullable String rule, RecordId id, String subject) {
    return new Refusal(
        status, "http_request_denied", kind, reason, rule, id, subject, Optional.empty());
  }
}
