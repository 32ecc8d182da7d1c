package dev.sekisho.data.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes field lines. Each is rebuilt from a checked name and a checked value as {@code Name: value
 * CRLF}; where neighbours stand in the message in just that shape already, they are written with
 * one copy.
 */
final class FieldWriter {
  private static final byte[] CRLF = bytes("\r\n");
  private static final byte[] COLON_SPACE = bytes(": ");

  private FieldWriter() {}

  /**
   * @param dropped names that are left out, as {@link FieldName#set}; what Connection names is left
   *     out in any case
   */
  static void write(Fields fields, long dropped, ByteBuf out) {
    int runStart = 0;
    int runEnd = 0;
    for (int i = 0; i < fields.count(); i++) {
      int meta = fields.meta(i);
      if ((meta & Fields.NOMINATED) != 0 || (dropped >>> (meta & 0xff) & 1) != 0) {
        continue;
      }
      if ((meta & Fields.CANONICAL) == 0) {
        out.writeBytes(fields.bytes(), runStart, runEnd - runStart);
        runStart = 0;
        runEnd = 0;
        rebuild(fields, i, out);
        continue;
      }
      if (fields.nameStart(i) != runEnd) {
        out.writeBytes(fields.bytes(), runStart, runEnd - runStart);
        runStart = fields.nameStart(i);
      }
      runEnd = fields.valueEnd(i) + 2;
    }
    out.writeBytes(fields.bytes(), runStart, runEnd - runStart);
  }

  private static void rebuild(Fields fields, int i, ByteBuf out) {
    out.writeBytes(fields.bytes(), fields.nameStart(i), fields.nameEnd(i) - fields.nameStart(i));
    out.writeBytes(COLON_SPACE);
    out.writeBytes(fields.bytes(), fields.valueStart(i), fields.valueEnd(i) - fields.valueStart(i));
    out.writeBytes(CRLF);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A number of at least 0 in decimal digits. */
  static void writeNumber(long number, ByteBuf out) {
    byte[] digits = new byte[19];
    int at = digits.length;
    long rest = number;
    do {
      digits[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    out.writeBytes(digits, at, digits.length - at);
  }
}
