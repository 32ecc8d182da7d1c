package dev.sekisho.app;

/**
 * Something the user can mend: what happened, where, and what to do. Ends the command with status 1
 * and no stack trace.
 */
final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UserError(String message) {
    super(message, null, false, false);
  }
}
