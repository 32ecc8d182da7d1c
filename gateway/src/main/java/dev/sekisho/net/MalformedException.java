package dev.sekisho.net;

/** Text that is not what it should be. Carries no stack trace: it is an answer, not a defect. */
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, as a phrase that fits after "because". */
  public MalformedException(String message) {
    super(message, null, false, false);
  }

  /** The phrase given at construction, never null. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
