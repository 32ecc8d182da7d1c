package dev.sekisho.scan.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** XXH64 with seed 0 over bytes that come in pieces; a frame's checksum is its lower half. */
final class XxHash64 {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  /** Their sum, without what overflows. */
  private static final long P1_AND_P2 = 0x60EA27EEADC0B5D6L;

  private static final int STRIPE = 32;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] rest = new byte[STRIPE];
  private long total;
  private long a;
  private long b;
  private long c;
  private long d;

  XxHash64() {
    reset();
  }

  void reset() {
    total = 0;
    a = P1_AND_P2;
    b = P2;
    c = 0;
    d = -P1;
  }

  void update(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    int waiting = (int) (total % STRIPE);
    total += length;
    if (waiting > 0) {
      int count = Math.min(length, STRIPE - waiting);
      System.arraycopy(bytes, at, rest, waiting, count);
      at += count;
      if (waiting + count < STRIPE) {
        return;
      }
      stripes(rest, 0, STRIPE);
    }
    int whole = (end - at) / STRIPE * STRIPE;
    stripes(bytes, at, at + whole);
    at += whole;
    System.arraycopy(bytes, at, rest, 0, end - at);
  }

  private void stripes(byte[] bytes, int from, int end) {
    long a = this.a;
    long b = this.b;
    long c = this.c;
    long d = this.d;
    for (int at = from; at < end; at += STRIPE) {
      a = round(a, (long) LONG.get(bytes, at));
      b = round(b, (long) LONG.get(bytes, at + 8));
      c = round(c, (long) LONG.get(bytes, at + 16));
      d = round(d, (long) LONG.get(bytes, at + 24));
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  long value() {
    long hash = total < STRIPE ? P5 : merged();
    hash += total;
    int left = (int) (total % STRIPE);
    int at = 0;
    for (; at + 8 <= left; at += 8) {
      hash ^= round(0, (long) LONG.get(rest, at));
      hash = Long.rotateLeft(hash, 27) * P1 + P4;
    }
    if (at + 4 <= left) {
      hash ^= ((int) INT.get(rest, at) & 0xffffffffL) * P1;
      hash = Long.rotateLeft(hash, 23) * P2 + P3;
      at += 4;
    }
    for (; at < left; at++) {
      hash ^= (rest[at] & 0xff) * P5;
      hash = Long.rotateLeft(hash, 11) * P1;
    }
    hash = (hash ^ hash >>> 33) * P2;
    hash = (hash ^ hash >>> 29) * P3;
    return hash ^ hash >>> 32;
  }

  private long merged() {
    long hash =
        Long.rotateLeft(a, 1)
            + Long.rotateLeft(b, 7)
            + Long.rotateLeft(c, 12)
            + Long.rotateLeft(d, 18);
    for (long lane : new long[] {a, b, c, d}) {
      hash = (hash ^ round(0, lane)) * P1 + P4;
    }
    return hash;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * P2, 31) * P1;
  }
}
