package dev.sekisho.data.names;

import dev.sekisho.net.DomainName;
import java.nio.charset.StandardCharsets;

/**
 * One question of a stub resolver and its wire form (RFC 1035 §4).
 *
 * @param id 0 to 65535, not to be guessed by others
 */
record Question(int id, DomainName name, Family family, Extension extension) {
  /** What fits into one packet on every path (DNS flag day 2020). */
  static final int PACKET = 1232;

  private static final int HEADER = 12;
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int CLASS_IN = 1;
  private static final int TYPE_OPT = 41;
  private static final int OPT_LENGTH = 11;

  /**
   * Whether larger packets than 512 bytes are offered (RFC 6891); some old name servers refuse any
   * message that does.
   */
  enum Extension {
    EDNS,
    PLAIN
  }

  Question {
    if (id < 0 || id > 0xFFFF) {
      throw new IllegalArgumentException("id " + id);
    }
  }

  byte[] bytes() {
    byte[] name = wireName(name().text());
    byte[] message =
        new byte[HEADER + name.length + 4 + (extension == Extension.EDNS ? OPT_LENGTH : 0)];
    put16(message, 0, id);
    put16(message, 2, RECURSION_DESIRED);
    put16(message, 4, 1);
    put16(message, 10, extension == Extension.EDNS ? 1 : 0);
    System.arraycopy(name, 0, message, HEADER, name.length);
    put16(message, HEADER + name.length, family.type());
    put16(message, HEADER + name.length + 2, CLASS_IN);
    if (extension == Extension.EDNS) {
      int opt = HEADER + name.length + 4;
      put16(message, opt + 1, TYPE_OPT);
      put16(message, opt + 3, PACKET);
    }
    return message;
  }

  private static byte[] wireName(String text) {
    byte[] wire = new byte[text.length() + 2];
    int at = 0;
    for (String label : text.split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
      wire[at++] = (byte) bytes.length;
      System.arraycopy(bytes, 0, wire, at, bytes.length);
      at += bytes.length;
    }
    return wire;
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }
}
