package dev.sekisho.policy;

/**
 * What a rule does when it decides. Two rules have the same outcome when these are equal: action
 * and obligations.
 */
sealed interface Outcome {
  record Allows(Obligations obligations) implements Outcome {}

  record Denies() implements Outcome {}

  default Sense sense() {
    return switch (this) {
      case Allows _ -> Sense.ALLOW;
      case Denies _ -> Sense.DENY;
    };
  }

  /** The word of the configuration. */
  default String action() {
    return switch (this) {
      case Allows _ -> "allow";
      case Denies _ -> "deny";
    };
  }
}
