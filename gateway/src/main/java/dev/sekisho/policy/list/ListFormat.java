package dev.sekisho.policy.list;

/** How a file of names is written, and what its lines mean. */
public enum ListFormat {
  /**
   * One entry a line: {@code example.com} (that name), {@code .example.com} (and everything below),
   * an address, or a range.
   */
  PLAIN,
  /** A hosts file: an address, then names; each exactly that name. */
  HOSTS,
  /** squidGuard's and UT1's {@code domains}: a name and everything below it, or an address. */
  DOMAINS,
  /** squidGuard's and UT1's {@code urls}: a host, and a path with everything below it. */
  URLS
}
