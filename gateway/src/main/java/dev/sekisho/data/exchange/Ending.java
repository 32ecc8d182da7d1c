package dev.sekisho.data.exchange;

/** The one way in which an exchange ended. */
public sealed interface Ending {
  /**
   * Everything the origin sent reached the client, or both ends of the tunnel were closed in order.
   */
  record Delivered() implements Ending {}

  /**
   * Policy said no, or an address may not be dialled.
   *
   * @param rule the rule that decided
   * @param reason one sentence for people
   */
  record Denied(String rule, String reason) implements Ending {}

  /** It could not be done, or not to its end. */
  record Failed(Failure failure) implements Ending {}
}
