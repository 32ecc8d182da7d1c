package dev.sekisho.data.exchange;

import java.util.Optional;

/** Carries a CONNECT. */
public non-sealed interface LineCarrier extends Carrier {
  /**
   * Says 200, looks at what the client sends, and where that can be opened carries the requests
   * inside, each an exchange of its own. Answered by {@link Exchange#lineOver} when the connection
   * is over, {@link Exchange#unopened} when what came cannot be opened, or {@link Exchange#failed}.
   *
   * @param who what the requests inside inherit
   * @param denial what they are refused with; empty when each is decided for itself
   */
  void open(Asker.Who who, Optional<Ending.Denied> denial);

  /**
   * Says 200 unless that was said before, and joins both ends; answered by {@link
   * Exchange#delivered} or {@link Exchange#failed}.
   */
  void tunnel();
}
