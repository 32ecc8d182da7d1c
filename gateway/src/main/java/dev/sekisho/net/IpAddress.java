package dev.sekisho.net;

/**
 * An IP address as a value: an IPv4 address is held in the low 32 bits of {@code low} with {@code
 * high} zero and is never equal to its IPv4-mapped IPv6 form. Ordered by family, IPv4 first, then
 * as unsigned numbers.
 */
public record IpAddress(boolean v6, long high, long low) implements Host, Comparable<IpAddress> {
  private static final long MAPPED = 0xffffL;

  /**
   * @throws IllegalArgumentException when an IPv4 address has bits beyond its 32
   */
  public IpAddress {
    if (!v6 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /** The IPv4 address with these bits, the first octet highest. */
  public static IpAddress v4(int bits) {
    return new IpAddress(false, 0, Integer.toUnsignedLong(bits));
  }

  /**
   * Strict text forms: dotted quad without leading zeros; RFC 4291 text without brackets or zone.
   */
  public static IpAddress parse(String text) throws MalformedException {
    return text.indexOf(':') >= 0 ? Ipv6Text.parse(text) : v4(Ipv4Text.parse(text));
  }

  /**
   * From network byte order: 4 or 16 bytes. An IPv4-mapped 16-byte form becomes the IPv4 address
   * (as sockets report it).
   *
   * @throws IllegalArgumentException for another number of bytes
   */
  public static IpAddress ofBytes(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> new IpAddress(false, 0, number(bytes, 0, 4));
      case 16 -> new IpAddress(true, number(bytes, 0, 8), number(bytes, 8, 16)).unmapped();
      default ->
          throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
    };
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number << 8 | bytes[i] & 0xff;
    }
    return number;
  }

  /**
   * What stands for one client where clients are counted: the address, or for IPv6 its /64, all of
   * which a client has to itself (RFC 4291 §2.5.4).
   */
  public IpAddress client() {
    return v6 ? new IpAddress(true, high, 0) : this;
  }

  /** Network byte order, 4 or 16 bytes. */
  public byte[] bytes() {
    byte[] bytes = new byte[v6 ? 16 : 4];
    for (int i = 0; i < bytes.length; i++) {
      int fromEnd = bytes.length - 1 - i;
      bytes[i] = (byte) ((fromEnd < 8 ? low : high) >>> (8 * (fromEnd & 7)));
    }
    return bytes;
  }

  /**
   * The IPv4 address when this is its IPv4-mapped form ({@code ::ffff:0:0/96}, RFC 4291 §2.5.5.2),
   * else this.
   */
  public IpAddress unmapped() {
    return v6 && high == 0 && low >>> 32 == MAPPED ? v4((int) low) : this;
  }

  @Override
  public String text() {
    return v6 ? Ipv6Text.format(high, low) : Ipv4Text.format((int) low);
  }

  @Override
  public int compareTo(IpAddress other) {
    if (v6 != other.v6) {
      return v6 ? 1 : -1;
    }
    return high != other.high
        ? Long.compareUnsigned(high, other.high)
        : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return text();
  }
}
