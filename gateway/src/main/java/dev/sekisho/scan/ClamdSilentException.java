package dev.sekisho.scan;

import java.io.IOException;

/** A clamd that takes what it is given and says nothing: worth no second wait. */
final class ClamdSilentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Verdict.Reason reason;

  /**
   * @param reason {@link Verdict.Reason#TIMEOUT} where it had the body, {@link
   *     Verdict.Reason#ENGINE_DOWN} where it did not even take the connection
   */
  ClamdSilentException(Verdict.Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Verdict.Reason reason() {
    return reason;
  }
}
