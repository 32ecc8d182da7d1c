package dev.sekisho.data.exchange;

import dev.sekisho.scan.Scanner;

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

  /**
   * The client is asked who it is.
   *
   * @param rule the rule that needs to know
   */
  record AskedWho(String rule, String reason, String challenge) implements Ending {}

  /**
   * The scanner found something.
   *
   * @param status what the client is told it with
   */
  record Infected(Scanner.Direction direction, String engine, String name, int status)
      implements Ending {}

  /** It could not be done, or not to its end. */
  record Failed(Failure failure) implements Ending {}
}
