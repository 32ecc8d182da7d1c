package dev.sekisho.data.http1;

/**
 * Why bytes are not taken. Thrown and caught inside this package only: the way from deep in a
 * grammar to the one place where a parser makes it the {@link Bad} value. Carries no stack trace:
 * it is an answer, not a defect.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  enum Reason {
    MALFORMED,
    BLOCK_TOO_LARGE,
    LINE_TOO_LONG,
    VERSION,
    EXPECTATION,
    CODING
  }

  private final Reason reason;

  Refusal(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  Refusal(String detail) {
    this(Reason.MALFORMED, detail);
  }

  Reason reason() {
    return reason;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
