package dev.sekisho.net;

/**
 * A range of addresses.
 *
 * @param prefix 0 to 32 or 128; the bits of {@code network} beyond it are zero
 */
public record Cidr(IpAddress network, int prefix) {
  /** {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a single address. Bits set beyond the prefix are refused. */
  public static Cidr parse(String text) throws MalformedException {
    throw new UnsupportedOperationException("contract");
  }

  public boolean contains(IpAddress address) {
    throw new UnsupportedOperationException("contract");
  }
}
