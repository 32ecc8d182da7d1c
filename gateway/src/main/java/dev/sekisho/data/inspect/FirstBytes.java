package dev.sekisho.data.inspect;

/** What the first bytes of a client are, as far as they tell. */
public sealed interface FirstBytes {
  /** Not enough yet. */
  record NeedMore() implements FirstBytes {}

  record Tls(ClientHello hello) implements FirstBytes {}

  /** Begins like an HTTP request. */
  record Http() implements FirstBytes {}

  /**
   * TLS whose ClientHello breaks the rules. An origin might understand it otherwise than we do, so
   * it is never passed on.
   *
   * @param detail what is wrong, such as "a TLS record of 0 bytes"
   */
  record Malformed(String detail) implements FirstBytes {}

  /**
   * Neither TLS nor HTTP.
   *
   * @param detail for the operational log
   */
  record Other(String detail) implements FirstBytes {}

  FirstBytes NEED_MORE = new NeedMore();
  FirstBytes HTTP = new Http();
}
