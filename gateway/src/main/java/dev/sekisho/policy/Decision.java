package dev.sekisho.policy;

import java.util.List;

/** What policy says about an exchange as far as it is known, with its explanation. */
public sealed interface Decision {
  /** The rule that decided; {@code default} when none held. For {@link Learn} the first rule that was set aside. */
  String rule();

  /** One sentence for people, in English, rendered when it is read. */
  String reason();

  /** What rules marked {@code observe} would have done, as {@code rule: action}; almost always empty. */
  List<String> observed();

  /** The exchange may go on. */
  non-sealed interface Allow extends Decision {
    Obligations obligations();
  }

  /** The exchange is refused. */
  non-sealed interface Deny extends Decision {}

  /** Policy cannot say yet: one group of facts has to be learnt first. */
  non-sealed interface Learn extends Decision {
    Facts.Group need();
  }
}
