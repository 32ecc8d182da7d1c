package dev.sekisho.data.http1;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The field names that mean something to the gateway; every other name is {@link #OTHER}.
 * Recognised once, while the head is scanned, so that nothing later compares names.
 */
public enum FieldName {
  OTHER(Nomination.REMOVES),
  ACCEPT,
  ACCEPT_ENCODING,
  ACCEPT_LANGUAGE,
  AGE,
  AUTHORIZATION,
  CACHE_CONTROL,
  CONNECTION(Nomination.REMOVES),
  CONTENT_ENCODING,
  CONTENT_LENGTH,
  CONTENT_RANGE,
  CONTENT_TYPE,
  COOKIE,
  DATE,
  EXPECT,
  EXPIRES,
  FORWARDED,
  HOST,
  HTTP2_SETTINGS(Nomination.REMOVES),
  KEEP_ALIVE(Nomination.REMOVES),
  LOCATION,
  MAX_FORWARDS,
  PRAGMA,
  PROXY_AUTHENTICATE(Nomination.REMOVES),
  PROXY_AUTHENTICATION_INFO(Nomination.REMOVES),
  PROXY_AUTHORIZATION(Nomination.REMOVES),
  PROXY_CONNECTION(Nomination.REMOVES),
  RANGE,
  RETRY_AFTER,
  SET_COOKIE,
  TE(Nomination.REMOVES),
  TRAILER(Nomination.REMOVES),
  TRANSFER_ENCODING,
  UPGRADE(Nomination.REMOVES),
  USER_AGENT,
  VARY,
  VIA,
  WWW_AUTHENTICATE,
  X_FORWARDED_FOR;

  /**
   * What it does when {@code Connection} names the field (RFC 9110 §7.6.1). Fields meant for every
   * recipient must not be named there; a client that does so tries to have a field removed that the
   * gateway or the origin relies on.
   */
  enum Nomination {
    REMOVES,
    IS_A_TRICK
  }

  private static final FieldName[] VALUES = values();
  private static final int MASK = 255;
  private static final @Nullable FieldName[] TABLE = table();

  private final Nomination nomination;
  private final byte[] lower;

  FieldName() {
    this(Nomination.IS_A_TRICK);
  }

  FieldName(Nomination nomination) {
    this.nomination = nomination;
    this.lower =
        name().toLowerCase(Locale.ROOT).replace('_', '-').getBytes(StandardCharsets.US_ASCII);
  }

  Nomination nomination() {
    return nomination;
  }

  /** A set of names as bits by ordinal; there are fewer than 64. */
  static long set(FieldName... names) {
    long set = 0;
    for (FieldName name : names) {
      set |= 1L << name.ordinal();
    }
    return set;
  }

  static FieldName at(int ordinal) {
    return VALUES[ordinal];
  }

  /**
   * The name in the range, in any case; {@link #OTHER} when it is none of ours. The range holds at
   * least one byte.
   */
  static FieldName of(byte[] bytes, int from, int to) {
    for (int slot = slot(bytes, from, to); ; slot = (slot + 1) & MASK) {
      FieldName candidate = TABLE[slot];
      if (candidate == null) {
        return OTHER;
      }
      if (candidate.isSpelled(bytes, from, to)) {
        return candidate;
      }
    }
  }

  /**
   * Setting the bit of lower case turns no other byte of field text into a letter, a digit or a
   * hyphen.
   */
  private boolean isSpelled(byte[] bytes, int from, int to) {
    byte[] wanted = lower;
    if (to - from != wanted.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if ((bytes[from + i] | 0x20) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(byte[] bytes, int from, int to) {
    int first = bytes[from] | 0x20;
    int last = bytes[to - 1] | 0x20;
    return ((to - from) * 37 + first * 7 + last * 101) & MASK;
  }

  private static @Nullable FieldName[] table() {
    @Nullable FieldName[] table = new FieldName[MASK + 1];
    for (FieldName name : VALUES) {
      if (name != OTHER) {
        int slot = slot(name.lower, 0, name.lower.length);
        while (table[slot] != null) {
          slot = (slot + 1) & MASK;
        }
        table[slot] = name;
      }
    }
    return table;
  }
}
