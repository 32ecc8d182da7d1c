package dev.sekisho.net;

import java.util.ArrayList;
import java.util.List;

/**
 * The IPv4 addresses that an IPv6 address carries to a translator or a tunnel. Whoever dials the
 * one may reach the other, so both are judged, and a rule that denies an address can be asked about
 * each.
 */
public final class EmbeddedIpv4 {
  private static final long NAT64 = 0x0064_ff9b_0000_0000L;
  private static final long NAT64_LOCAL = 0x0064_ff9b_0001L;
  private static final long TRANSLATED = 0xffff_0000L;
  private static final long ISATAP = 0x5efe;

  /** The universal and group bits of an interface identifier, which ISATAP leaves free. */
  private static final long ISATAP_FREE = 0x0300_0000L;

  private EmbeddedIpv4() {}

  /**
   * Empty for IPv4 and ordinary IPv6; several for Teredo and where the prefix length of a
   * translator is not known.
   */
  public static List<IpAddress> of(IpAddress address) {
    if (!address.v6()) {
      return List.of();
    }
    long high = address.high();
    long low = address.low();
    if (high == 0) {
      return inZeroPrefix(low);
    }
    if (high == NAT64 && low >>> 32 == 0) { // 64:ff9b::/96, RFC 6052 §2.1
      return List.of(v4(low));
    }
    if (high >>> 16 == NAT64_LOCAL) {
      return inLocalNat64(high, low);
    }
    if (high >>> 48 == 0x2002) { // 6to4, RFC 3056 §2
      return withIsatap(v4(high >>> 16), low);
    }
    if (high >>> 32
        == 0x2001_0000L) { // Teredo, RFC 4380 §4: the server, and the client with every bit turned
      // round
      return List.of(v4(high), v4(~low));
    }
    return isIsatap(low) ? List.of(v4(low)) : List.of();
  }

  private static List<IpAddress> inZeroPrefix(long low) {
    long marker = low >>> 32;
    boolean mapped = marker == 0xffff; // RFC 4291 §2.5.5.2
    boolean compatible = marker == 0 && low > 1; // RFC 4291 §2.5.5.1; :: and ::1 are themselves
    boolean translated = marker == TRANSLATED; // RFC 2765 §2.1
    return mapped || compatible || translated || isIsatap(low) ? List.of(v4(low)) : List.of();
  }

  /**
   * The operator's prefix may end at 48, 56, 64 or 96 bits (RFC 6052 §2.2, with bits 64 to 71 left
   * out), and the address does not say which. Every reading counts but those in 0.0.0.0/8, which
   * come from the zeros of a longer prefix.
   */
  private static List<IpAddress> inLocalNat64(long high, long low) {
    List<IpAddress> readings = new ArrayList<>(4);
    long[] candidates = {
      (high & 0xffff) << 16 | low >>> 40 & 0xffff,
      (high & 0xff) << 24 | low >>> 32 & 0xff_ffff,
      low >>> 24,
      low
    };
    for (long candidate : candidates) {
      IpAddress reading = v4(candidate);
      if (reading.low() >>> 24 != 0 && !readings.contains(reading)) {
        readings.add(reading);
      }
    }
    return readings;
  }

  private static List<IpAddress> withIsatap(IpAddress first, long low) {
    return isIsatap(low) ? List.of(first, v4(low)) : List.of(first);
  }

  /** RFC 5214 §6.1: 0000:5efe or 0200:5efe before the address. */
  private static boolean isIsatap(long low) {
    return (low >>> 32 & ~ISATAP_FREE) == ISATAP;
  }

  private static IpAddress v4(long bits) {
    return IpAddress.v4((int) bits);
  }
}
