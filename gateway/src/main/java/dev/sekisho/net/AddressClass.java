package dev.sekisho.net;

import java.util.Locale;

/**
 * What an address is for, by the IANA special-purpose registries (RFC 6890 and its updates; the
 * table is in {@code SpecialPurpose}). In the order of the constants each class is less reachable
 * than the one before.
 */
public enum AddressClass {
  /**
   * Reachable from everywhere, the only class that may be dialled unless a rule names the address.
   */
  GLOBAL,
  /** 100.64.0.0/10, between a carrier and its customers (RFC 6598). */
  SHARED,
  /** For measuring networks in a laboratory (RFC 2544, RFC 5180). */
  BENCHMARKING,
  /** RFC 1918, and what took its place for translators and in IPv6's first years. */
  PRIVATE,
  /** fc00::/7 (RFC 4193). */
  UNIQUE_LOCAL,
  /** For examples in texts (RFC 5737, RFC 3849, RFC 9637). */
  DOCUMENTATION,
  /** 224.0.0.0/4 and ff00::/8. */
  MULTICAST,
  /**
   * Everything else that the registries do not call globally reachable, and what they have not
   * given out.
   */
  RESERVED,
  /** One link; the metadata services of clouds live here. */
  LINK_LOCAL,
  /** This machine. */
  LOOPBACK,
  /** 0.0.0.0/8 and ::, which a socket takes for this machine. */
  UNSPECIFIED;

  /** For people: in lower case, words apart. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * The class of the address after every wrapping is undone (IPv4-mapped, -compatible, -translated,
   * NAT64, 6to4, Teredo, ISATAP): a wrapped address has the least reachable class of the wrapping
   * and of what is wrapped.
   *
   * <p>A NAT64 prefix that an operator took from its own global addresses (RFC 6052 §2.2) cannot be
   * seen from an address.
   */
  public static AddressClass of(IpAddress address) {
    IpAddress plain = address.unmapped();
    AddressClass least = SpecialPurpose.of(plain);
    for (IpAddress inside : EmbeddedIpv4.of(plain)) {
      AddressClass inner = SpecialPurpose.of(inside);
      if (inner.compareTo(least) > 0) {
        least = inner;
      }
    }
    return least;
  }
}
