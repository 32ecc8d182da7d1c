package dev.sekisho.data.names;

import dev.sekisho.net.IpAddress;
import java.util.List;

/** What a name server said to one question, as far as it matters to someone who wants addresses. */
sealed interface Reply {
  /**
   * Addresses of the family asked for, at the end of whatever aliases lead there.
   *
   * @param ttl in seconds, the least along the way
   */
  record Found(List<IpAddress> addresses, long ttl) implements Reply {}

  /**
   * Aliases that lead to another name about which this answer says nothing: that one has to be
   * asked.
   */
  record Alias(String target, long ttl, int links) implements Reply {}

  /** Aliases that lead in a circle, or too far. */
  record Endless() implements Reply {}

  /**
   * There is nothing: no such name, or no address of this family.
   *
   * @param ttl in seconds as RFC 2308 §5 has it, or -1 when the answer does not say how long this
   *     may be believed
   */
  record None(Absence absence, long ttl) implements Reply {}

  /** It did not fit: to be asked again over TCP (RFC 7766 §5). */
  record Truncated() implements Reply {}

  /** The name server could or would not answer. */
  record Refused(int code) implements Reply {}

  /** Not an answer to this question: a stray or forged packet, or bytes that are no DNS message. */
  record Foreign(String reason) implements Reply {}

  enum Absence {
    /** NXDOMAIN. */
    NAME,
    /** The name exists, but has no address of this family. */
    DATA
  }
}
