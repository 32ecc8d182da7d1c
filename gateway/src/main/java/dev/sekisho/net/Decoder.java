package dev.sekisho.net;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Percent-decoding of a path, and the reading of the bytes that come out: UTF-8 where they are
 * UTF-8, each of the others as ISO 8859-1. Byte by byte and not for the whole, so that one bad byte
 * does not change how its neighbours are read. The {@code %uXXXX} of old Microsoft servers counts
 * as the UTF-8 bytes of its character.
 */
final class Decoder {
  private final String path;

  /** The greatest character that stands for a byte. */
  private final int greatestByte;

  private final byte[] bytes;
  private int length;

  Decoder(String path, int greatestByte) {
    this.path = path;
    this.greatestByte = greatestByte;
    this.bytes = new byte[3 * path.length()];
  }

  String run() {
    int i = 0;
    while (i < path.length()) {
      int c = path.codePointAt(i);
      int escaped = c == '%' ? number(i + 1, 2) : -1;
      int wide =
          c == '%' && i + 1 < path.length() && (path.charAt(i + 1) | 0x20) == 'u'
              ? number(i + 2, 4)
              : -1;
      if (escaped >= 0) {
        put(escaped);
        i += 3;
      } else if (wide >= 0) {
        putUtf8(wide);
        i += 6;
      } else {
        putCharacter(c);
        i += Character.charCount(c);
      }
    }
    return text();
  }

  /** The hexadecimal number of so many digits, or -1. */
  private int number(int from, int digits) {
    if (from + digits > path.length()) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      char c = path.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      number = number << 4 | digit;
    }
    return number;
  }

  private void putCharacter(int c) {
    if (c <= greatestByte) {
      put(c);
    } else {
      putUtf8(c);
    }
  }

  private void put(int value) {
    bytes[length++] = (byte) value;
  }

  private void putUtf8(int c) {
    if (c < 0x80) {
      put(c);
      return;
    }
    if (c < 0x800) {
      put(0xc0 | c >> 6);
    } else if (c < 0x10000) {
      put(0xe0 | c >> 12);
      put(0x80 | c >> 6 & 0x3f);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | c >> 12 & 0x3f);
      put(0x80 | c >> 6 & 0x3f);
    }
    put(0x80 | c & 0x3f);
  }

  private String text() {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer out = CharBuffer.allocate(length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (in.get() & 0xff));
      }
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }
}
