package dev.sekisho.journal;

/**
 * The identity of an exchange: 128 bits, ordered by time, unique across nodes without coordination (RFC 9562 UUID version 7).
 */
public record RecordId(long high, long low) {
  /** 36 characters, lower case. */
  @Override
  public String toString() {
    throw new UnsupportedOperationException("contract");
  }
}
