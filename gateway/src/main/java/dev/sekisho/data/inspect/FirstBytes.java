package dev.sekisho.data.inspect;

/** What the first bytes of a client are, as far as they tell. */
public sealed interface FirstBytes {
  /** Not enough yet. */
  record NeedMore() implements FirstBytes {}

  record Tls(ClientHello hello) implements FirstBytes {}

  /** Begins like an HTTP request. */
  record Http() implements FirstBytes {}

  /**
   * Neither, or a ClientHello that breaks the rules.
   *
   * @param detail what is wrong with it, for the operational log
   */
  record Other(String detail) implements FirstBytes {}

  FirstBytes NEED_MORE = new NeedMore();
  FirstBytes HTTP = new Http();
}
