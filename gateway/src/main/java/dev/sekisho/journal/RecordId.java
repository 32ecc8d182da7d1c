package dev.sekisho.journal;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The identity of an exchange: 128 bits, ordered by time, unique across nodes without coordination
 * (RFC 9562 UUID version 7). Made by {@link RecordIds}.
 */
public record RecordId(long high, long low) implements Comparable<RecordId> {
  private static final HexFormat HEX = HexFormat.of();
  private static final int TEXT_LENGTH = 36;

  /** 36 characters, lower case. */
  @Override
  public String toString() {
    String first = HEX.toHexDigits(high);
    String second = HEX.toHexDigits(low);
    return first.substring(0, 8)
        + "-"
        + first.substring(8, 12)
        + "-"
        + first.substring(12)
        + "-"
        + second.substring(0, 4)
        + "-"
        + second.substring(4);
  }

  /** The id written as {@link #toString} writes it, or null when the text is not one. */
  public static @Nullable RecordId parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      return null;
    }
    long high = 0;
    long low = 0;
    int digits = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (c != '-') {
          return null;
        }
        continue;
      }
      if (!HexFormat.isHexDigit(c)) {
        return null;
      }
      if (digits++ < 16) {
        high = high << 4 | HexFormat.fromHexDigit(c);
      } else {
        low = low << 4 | HexFormat.fromHexDigit(c);
      }
    }
    return new RecordId(high, low);
  }

  /** Milliseconds since 1970 at which the id was made. */
  public long millis() {
    return high >>> 16;
  }

  /** By time of making. */
  @Override
  public int compareTo(RecordId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }
}
