package dev.sekisho.scan;

import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The EICAR anti-malware test file, by its definition: a body of at most 128 bytes that begins with
 * the 68 bytes of the test string and goes on with nothing but white space. A page that quotes the
 * string is not the test file. The string itself is nowhere in our sources, since a scanner on a
 * developer's machine would take them away: its SHA-256 is compared.
 */
final class Eicar {
  static final String NAME = "EICAR-Test-File";

  /** The longest body that can be the test file. */
  static final int LONGEST = 128;

  private static final int LENGTH = 68;
  private static final byte[] DIGEST =
      HexFormat.of().parseHex("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");

  private Eicar() {}

  /**
   * @param length how many bytes of {@code body} are the body's
   */
  static boolean is(byte[] body, int length) {
    if (length < LENGTH || length > LONGEST) {
      return false;
    }
    for (int i = LENGTH; i < length; i++) {
      if (!isWhiteSpace(body[i])) {
        return false;
      }
    }
    MessageDigest sha256 = Sha256.begin();
    sha256.update(body, 0, LENGTH);
    return MessageDigest.isEqual(DIGEST, sha256.digest());
  }

  /** Blank, tab, line feed, carriage return and control-Z, as the definition lists them. */
  private static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == 0x1a;
  }
}
