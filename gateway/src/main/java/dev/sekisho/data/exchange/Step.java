package dev.sekisho.data.exchange;

/**
 * What a phase came to. A phase never calls the next one: it says what happened, and {@link
 * Exchange} goes on.
 */
sealed interface Step {
  /** On to the next phase. */
  record Go() implements Step {}

  /** Something was asked of the world; its answer is an event, and this phase ends with it. */
  record Await() implements Step {}

  /** The exchange is over. */
  record End(Ending ending) implements Step {}

  Step GO = new Go();
  Step AWAIT = new Await();

  static Step end(Ending ending) {
    return new End(ending);
  }
}
