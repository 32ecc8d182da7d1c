package dev.sekisho.console;

/** Whether a load balancer should send clients here, and if not, why. */
public sealed interface Readiness {
  record Ready() implements Readiness {}

  /**
   * @param reason one sentence
   */
  record NotReady(String reason) implements Readiness {}
}
