package dev.sekisho.data.names;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.net.IpAddress;
import java.util.List;

/** What came of asking for one family of one name, after every alias, name server and attempt. */
sealed interface Finding {
  /**
   * Addresses of the family.
   *
   * @param ttl in seconds
   */
  record Found(List<IpAddress> addresses, long ttl) implements Finding {}

  /**
   * There is nothing of the family.
   *
   * @param ttl in seconds, or -1 when not known
   */
  record None(Reply.Absence absence, long ttl) implements Finding {}

  record Failed(Failure failure) implements Finding {}
}
