package dev.sekisho.net;

/**
 * A domain name in lower case A-labels without the trailing dot. A-labels are taken as they stand:
 * they are the name that DNS is asked for, so what they would be displayed as cannot hide anything.
 *
 * @param text letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all
 *     (RFC 1035, RFC 5890); the last label is not a number, for that would be an IPv4 address to
 *     some (WHATWG URL, "ends in a number")
 */
public record DomainName(String text) implements Host {
  /**
   * @throws IllegalArgumentException when the text is not canonical already; text from outside goes
   *     through {@link #parse}
   */
  public DomainName {
    if (!NameSyntax.isCanonical(text)) {
      throw new IllegalArgumentException("not a canonical domain name: " + text);
    }
  }

  /** Parses a name in any case, as U-labels or A-labels, with or without the trailing dot. */
  public static DomainName parse(String text) throws MalformedException {
    return switch (Host.parse(text)) {
      case DomainName name -> name;
      case IpAddress address ->
          throw new MalformedException("it is the address " + address.text() + ", not a name");
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
