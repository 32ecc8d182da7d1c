package dev.sekisho.config;

/**
 * One thing that is wrong, or at least suspicious, in what an operator wrote.
 *
 * @param message what happened and what to do, one sentence without the place
 */
public record Problem(Severity severity, Mark mark, String message) {
  public enum Severity {
    /** The configuration cannot be used. */
    ERROR,
    /** It can be used, but probably does not do what was meant. */
    WARNING
  }

  @Override
  public String toString() {
    return mark + ": " + (severity == Severity.ERROR ? "error: " : "warning: ") + message;
  }
}
