package dev.sekisho.data.exchange;

import dev.sekisho.journal.RecordId;
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
 */
public record Refusal(
    int status,
    String proxyStatus,
    String kind,
    String reason,
    @Nullable String rule,
    RecordId id,
    @Nullable String subject) {

  /** Refused by policy: 403, {@code http_request_denied}. */
  static Refusal denied(Ending.Denied denied, RecordId id, String subject) {
    return new Refusal(
        403, "http_request_denied", "denied", denied.reason(), denied.rule(), id, subject);
  }

  public static Refusal failed(Failure failure, RecordId id, @Nullable String subject) {
    Failure.Kind kind = failure.kind();
    return new Refusal(
        kind.status(), kind.proxyStatus(), kind.word(), failure.detail(), null, id, subject);
  }
}
