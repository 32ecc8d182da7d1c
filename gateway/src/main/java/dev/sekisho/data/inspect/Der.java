package dev.sekisho.data.inspect;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes DER (X.690), as much of it as certificates and keys need. Every function gives one whole
 * element: tag, length, content.
 */
final class Der {
  private static final Instant FIRST_GENERALIZED = Instant.parse("2050-01-01T00:00:00Z");
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter GENERALIZED =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] head = head(tag, length);
    byte[] whole = new byte[head.length + length];
    System.arraycopy(head, 0, whole, 0, head.length);
    int at = head.length;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  private static byte[] head(int tag, int length) {
    if (length < 0x80) {
      return new byte[] {(byte) tag, (byte) length};
    }
    if (length < 0x100) {
      return new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    }
    if (length < 0x10000) {
      return new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    }
    return new byte[] {
      (byte) tag,
      (byte) 0x84,
      (byte) (length >> 24),
      (byte) (length >> 16),
      (byte) (length >> 8),
      (byte) length
    };
  }

  static byte[] sequence(byte[]... parts) {
    return element(0x30, parts);
  }

  /** A set of one, so that there is no order to keep. */
  static byte[] setOf(byte[] only) {
    return element(0x31, only);
  }

  /** A constructed element of context class: {@code [number] EXPLICIT}. */
  static byte[] explicit(int number, byte[]... parts) {
    return element(0xa0 | number, parts);
  }

  /** A primitive element of context class: {@code [number] IMPLICIT}. */
  static byte[] implicit(int number, byte[] content) {
    return element(0x80 | number, content);
  }

  static byte[] integer(BigInteger value) {
    return element(0x02, value.toByteArray());
  }

  static byte[] integer(int value) {
    return integer(BigInteger.valueOf(value));
  }

  /** Only ever true: DER leaves out what is the default, and false is. */
  static byte[] yes() {
    return new byte[] {0x01, 0x01, (byte) 0xff};
  }

  static byte[] nothing() {
    return new byte[] {0x05, 0x00};
  }

  static byte[] octets(byte[] content) {
    return element(0x04, content);
  }

  static byte[] bits(int unused, byte[] content) {
    return element(0x03, new byte[] {(byte) unused}, content);
  }

  static byte[] utf8(String text) {
    return element(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /** UTCTime to the end of 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
  static byte[] time(Instant time) {
    return time.isBefore(FIRST_GENERALIZED)
        ? element(0x17, UTC.format(time).getBytes(StandardCharsets.US_ASCII))
        : element(0x18, GENERALIZED.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  /** An object identifier from its dotted text. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    arc(content, Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      arc(content, Integer.parseInt(arcs[i]));
    }
    return element(0x06, content.toByteArray());
  }

  /** Seven bits a byte, highest first, the top bit on all but the last. */
  private static void arc(ByteArrayOutputStream out, int number) {
    int shift = 28;
    while (shift > 0 && number >>> shift == 0) {
      shift -= 7;
    }
    for (; shift > 0; shift -= 7) {
      out.write(number >>> shift & 0x7f | 0x80);
    }
    out.write(number & 0x7f);
  }
}
