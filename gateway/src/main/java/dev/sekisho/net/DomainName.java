package dev.sekisho.net;

/**
 * A domain name in lower case A-labels without the trailing dot.
 *
 * @param text letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all (RFC 1035, RFC 5890)
 */
public record DomainName(String text) implements Host {
  /** Parses a name in any case, as U-labels or A-labels, with or without the trailing dot. */
  public static DomainName parse(String text) throws MalformedException {
    throw new UnsupportedOperationException("contract");
  }
}
