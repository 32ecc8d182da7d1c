package dev.sekisho.policy;

import java.util.List;

/** What policy says about an exchange as far as it is known, with its explanation. */
public sealed interface Decision {
  /**
   * The rule that decided; {@code default} when none held. For {@link Learn} the first rule that
   * was set aside and needs the fact.
   */
  default String rule() {
    return why().rule();
  }

  /**
   * One sentence for people, in English, rendered when it is read, from the facts as they were when
   * the decision was made.
   */
  default String reason() {
    return why().sentence(this);
  }

  /** The rule and what was seen. */
  Why why();

  /**
   * What rules marked {@code observe} would have done, as {@code rule: action}; almost always
   * empty.
   */
  List<String> observed();

  /** The exchange may go on. */
  record Allow(Why why, Obligations obligations, List<String> observed) implements Decision {}

  /** The exchange is refused. */
  record Deny(Why why, List<String> observed) implements Decision {}

  /**
   * Policy cannot say yet: one group of facts has to be learnt first. {@code RESPONSE} is learnt by
   * letting the request go.
   */
  record Learn(Why why, Facts.Group need, List<String> observed) implements Decision {}
}
