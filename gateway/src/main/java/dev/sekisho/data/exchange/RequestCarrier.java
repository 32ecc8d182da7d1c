package dev.sekisho.data.exchange;

import dev.sekisho.policy.Obligations;
import java.util.Optional;

/** Carries one request and its response. */
public non-sealed interface RequestCarrier extends Carrier {
  /**
   * Has the request's body scanned before anything of it goes out; answered by {@link
   * Exchange#scanned} or {@link Exchange#failed}.
   */
  void scanUpload();

  /**
   * Looks whether the answer is kept already, because a part of the same was asked for before, or
   * it was scanned while its client waited; answered by {@link Exchange#nothingKept} or {@link
   * Exchange#responded}.
   */
  void recall();

  /**
   * Sends the request; answered by {@link Exchange#responded} or {@link Exchange#failed}.
   *
   * @param scan whether the response is going to be scanned, so that it is asked for in a form that
   *     can be
   */
  void forward(Obligations.Scan scan);

  /**
   * Has the response's body scanned before the client has all of it; answered by {@link
   * Exchange#scanned} or {@link Exchange#failed}.
   *
   * @param deliver how it reaches the client, by the word of the rule that allowed it
   */
  void scanDownload(Optional<Obligations.Deliver> deliver);

  /**
   * Hands the response to the client; answered by {@link Exchange#delivered} or {@link
   * Exchange#failed}.
   */
  void deliver();
}
