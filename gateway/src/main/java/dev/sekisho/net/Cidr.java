package dev.sekisho.net;

/**
 * A range of addresses. A range of IPv4-mapped IPv6 addresses is held as the IPv4 range it means,
 * and a mapped address is looked for as its IPv4 address: otherwise a rule could be written, or
 * evaded, in a form that sockets never show.
 *
 * @param prefix 0 to 32 or 128; the bits of {@code network} beyond it are zero
 */
public record Cidr(IpAddress network, int prefix) {
  private static final int MAPPED_PREFIX = 96;

  /**
   * @throws IllegalArgumentException when the prefix is out of bounds or bits are set beyond it
   */
  public Cidr {
    if (prefix < 0 || prefix > bits(network)) {
      throw new IllegalArgumentException("a prefix of " + prefix + " bits does not fit " + network);
    }
    if ((network.high() & ~highMask(network, prefix)) != 0
        || (network.low() & ~lowMask(network, prefix)) != 0) {
      throw new IllegalArgumentException(network + " has bits set beyond the prefix of " + prefix);
    }
    if (prefix >= MAPPED_PREFIX && !network.unmapped().v6()) {
      network = network.unmapped();
      prefix -= MAPPED_PREFIX;
    }
  }

  /**
   * {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a single address. Bits set beyond the prefix are
   * refused.
   */
  public static Cidr parse(String text) throws MalformedException {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return of(IpAddress.parse(text));
    }
    IpAddress network = IpAddress.parse(text.substring(0, slash));
    int prefix = parsePrefix(text.substring(slash + 1), bits(network));
    IpAddress start = masked(network, prefix);
    if (!start.equals(network)) {
      throw new MalformedException(
          "bits are set beyond the prefix: the range is " + start.text() + "/" + prefix);
    }
    return new Cidr(network, prefix);
  }

  /** The range that is one address. */
  public static Cidr of(IpAddress address) {
    return new Cidr(address, bits(address));
  }

  private static int parsePrefix(String text, int most) throws MalformedException {
    boolean digits =
        !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || text.length() > 1 && text.charAt(0) == '0' || Integer.parseInt(text) > most) {
      throw new MalformedException("the prefix is a number from 0 to " + most);
    }
    return Integer.parseInt(text);
  }

  public boolean contains(IpAddress address) {
    IpAddress plain = address.unmapped();
    return plain.v6() == network.v6()
        && (plain.high() & highMask(network, prefix)) == network.high()
        && (plain.low() & lowMask(network, prefix)) == network.low();
  }

  /** The greatest address of the range. */
  public IpAddress last() {
    long lowBits = network.v6() ? -1L : 0xffffffffL;
    long highBits = network.v6() ? -1L : 0;
    return new IpAddress(
        network.v6(),
        network.high() | highBits & ~highMask(network, prefix),
        network.low() | lowBits & ~lowMask(network, prefix));
  }

  /** {@code network/prefix}, also for a single address. */
  @Override
  public String toString() {
    return network.text() + "/" + prefix;
  }

  private static int bits(IpAddress address) {
    return address.v6() ? 128 : 32;
  }

  private static IpAddress masked(IpAddress address, int prefix) {
    return new IpAddress(
        address.v6(),
        address.high() & highMask(address, prefix),
        address.low() & lowMask(address, prefix));
  }

  private static long highMask(IpAddress family, int prefix) {
    return family.v6() ? ones(Math.min(prefix, 64)) : -1L;
  }

  private static long lowMask(IpAddress family, int prefix) {
    return ones(family.v6() ? Math.max(prefix - 64, 0) : prefix + 32);
  }

  /**
   * A mask with its first {@code count} bits set; a shift by 64 would do nothing, so zero is its
   * own case.
   */
  private static long ones(int count) {
    return count == 0 ? 0 : -1L << (64 - count);
  }
}
