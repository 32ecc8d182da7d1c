package dev.sekisho.net;

/**
 * An IP address as a value: an IPv4 address is held in the low 32 bits of {@code low} with {@code high} zero and is never equal
 * to its IPv4-mapped IPv6 form.
 */
public record IpAddress(boolean v6, long high, long low) implements Host {
  /** Strict text forms: dotted quad without leading zeros; RFC 4291 text without brackets or zone. */
  public static IpAddress parse(String text) throws MalformedException {
    throw new UnsupportedOperationException("contract");
  }

  /** From network byte order: 4 or 16 bytes. An IPv4-mapped 16-byte form becomes the IPv4 address (as sockets report it). */
  public static IpAddress ofBytes(byte[] bytes) {
    throw new UnsupportedOperationException("contract");
  }

  /** Network byte order, 4 or 16 bytes. */
  public byte[] bytes() {
    throw new UnsupportedOperationException("contract");
  }

  @Override
  public String text() {
    throw new UnsupportedOperationException("contract");
  }
}
