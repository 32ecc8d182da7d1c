package dev.sekisho.net;

import static dev.sekisho.net.AddressClass.BENCHMARKING;
import static dev.sekisho.net.AddressClass.DOCUMENTATION;
import static dev.sekisho.net.AddressClass.GLOBAL;
import static dev.sekisho.net.AddressClass.LINK_LOCAL;
import static dev.sekisho.net.AddressClass.LOOPBACK;
import static dev.sekisho.net.AddressClass.MULTICAST;
import static dev.sekisho.net.AddressClass.PRIVATE;
import static dev.sekisho.net.AddressClass.RESERVED;
import static dev.sekisho.net.AddressClass.SHARED;
import static dev.sekisho.net.AddressClass.UNIQUE_LOCAL;
import static dev.sekisho.net.AddressClass.UNSPECIFIED;

import java.util.List;

/**
 * The IANA IPv4 and IPv6 Special-Purpose Address Registries as of 2026, with the multicast ranges,
 * which have registries of their own. An address has the class of the longest range that contains
 * it. "Globally reachable: True" in the registry is GLOBAL here; "False" is the class that fits;
 * "N/A" (6to4, Teredo, the 6to4 relays) is RESERVED, for a gate that is not told "yes" stays shut.
 * IPv6 outside 2000::/3 is RESERVED unless the registry says otherwise (RFC 4291 §2.4, RFC 3587).
 */
final class SpecialPurpose {
  private record Row(Cidr range, AddressClass is) {}

  private static final List<Row> ROWS =
      List.of(
          // IPv4
          row("0.0.0.0/0", GLOBAL),
          row("0.0.0.0/8", UNSPECIFIED), // "this network", RFC 791 §3.2
          row("10.0.0.0/8", PRIVATE), // RFC 1918
          row("100.64.0.0/10", SHARED), // RFC 6598
          row("127.0.0.0/8", LOOPBACK), // RFC 1122 §3.2.1.3
          row("169.254.0.0/16", LINK_LOCAL), // RFC 3927
          row("172.16.0.0/12", PRIVATE), // RFC 1918
          row(
              "192.0.0.0/24",
              RESERVED), // IETF protocol assignments, RFC 6890 §2.1; DS-Lite, dummy, NAT64
          // discovery
          row("192.0.0.9/32", GLOBAL), // PCP anycast, RFC 7723
          row("192.0.0.10/32", GLOBAL), // TURN anycast, RFC 8155
          row("192.0.2.0/24", DOCUMENTATION), // TEST-NET-1, RFC 5737
          row("192.31.196.0/24", GLOBAL), // AS112-v4, RFC 7535
          row("192.52.193.0/24", GLOBAL), // AMT, RFC 7450
          row(
              "192.88.99.0/24",
              RESERVED), // 6to4 relay anycast (deprecated), RFC 7526; 6a44 relay, RFC 6751
          row("192.168.0.0/16", PRIVATE), // RFC 1918
          row("192.175.48.0/24", GLOBAL), // direct delegation AS112, RFC 7534
          row("198.18.0.0/15", BENCHMARKING), // RFC 2544
          row("198.51.100.0/24", DOCUMENTATION), // TEST-NET-2, RFC 5737
          row("203.0.113.0/24", DOCUMENTATION), // TEST-NET-3, RFC 5737
          row("224.0.0.0/4", MULTICAST), // RFC 5771
          row("240.0.0.0/4", RESERVED), // RFC 1112 §4; limited broadcast, RFC 919
          // IPv6
          row("::/0", RESERVED), // not given out, RFC 4291 §2.4
          row("::/128", UNSPECIFIED), // RFC 4291
          row("::1/128", LOOPBACK), // RFC 4291
          row("64:ff9b::/96", GLOBAL), // NAT64 well-known prefix, RFC 6052
          row("64:ff9b:1::/48", PRIVATE), // NAT64 local use, RFC 8215
          row("100::/64", RESERVED), // discard-only, RFC 6666
          row("100:0:0:1::/64", RESERVED), // dummy prefix, RFC 9780
          row("2000::/3", GLOBAL), // global unicast, RFC 3587
          row("2001::/23", RESERVED), // IETF protocol assignments, RFC 2928
          row("2001::/32", RESERVED), // Teredo, RFC 4380
          row("2001:1::1/128", GLOBAL), // PCP anycast, RFC 7723
          row("2001:1::2/128", GLOBAL), // TURN anycast, RFC 8155
          row("2001:1::3/128", GLOBAL), // DNS-SD service registration anycast, RFC 9665
          row("2001:2::/48", BENCHMARKING), // RFC 5180
          row("2001:3::/32", GLOBAL), // AMT, RFC 7450
          row("2001:4:112::/48", GLOBAL), // AS112-v6, RFC 7535
          row("2001:10::/28", RESERVED), // ORCHID (deprecated), RFC 4843
          row("2001:20::/28", GLOBAL), // ORCHIDv2, RFC 7343
          row("2001:30::/28", GLOBAL), // drone remote identification, RFC 9374
          row("2001:db8::/32", DOCUMENTATION), // RFC 3849
          row("2002::/16", RESERVED), // 6to4, RFC 3056
          row("2620:4f:8000::/48", GLOBAL), // direct delegation AS112, RFC 7534
          row("3fff::/20", DOCUMENTATION), // RFC 9637
          row("5f00::/16", RESERVED), // segment routing identifiers, RFC 9602
          row("fc00::/7", UNIQUE_LOCAL), // RFC 4193
          row("fe80::/10", LINK_LOCAL), // RFC 4291
          row("fec0::/10", PRIVATE), // site-local (deprecated), RFC 3879
          row("ff00::/8", MULTICAST)); // RFC 4291 §2.7

  private static final CidrTable TABLE =
      CidrTable.longestMatch(ROWS.stream().map(Row::range).toList());

  private SpecialPurpose() {}

  private static Row row(String range, AddressClass is) {
    try {
      return new Row(Cidr.parse(range), is);
    } catch (MalformedException e) {
      throw new AssertionError(range, e);
    }
  }

  /** By the registries alone, without a look inside. The first rows leave no address out. */
  static AddressClass of(IpAddress address) {
    return ROWS.get(TABLE.find(address)).is();
  }
}
