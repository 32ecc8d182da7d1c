package dev.sekisho.net;

/** What an address is for, by the IANA special-purpose registries (RFC 6890 and its updates). */
public enum AddressClass {
  GLOBAL,
  UNSPECIFIED,
  LOOPBACK,
  LINK_LOCAL,
  PRIVATE,
  SHARED,
  UNIQUE_LOCAL,
  MULTICAST,
  DOCUMENTATION,
  BENCHMARKING,
  RESERVED;

  /**
   * The class of the address after every wrapping is undone (IPv4-mapped, -compatible, -translated, NAT64, 6to4, Teredo, ISATAP):
   * a wrapped address has the least reachable class of the wrapping and of what is wrapped.
   */
  public static AddressClass of(IpAddress address) {
    throw new UnsupportedOperationException("contract");
  }
}
