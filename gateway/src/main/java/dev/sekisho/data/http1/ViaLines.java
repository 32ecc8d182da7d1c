package dev.sekisho.data.http1;

/** Our line of the Via field: the version a message came in, and our name (RFC 9110 §7.6.3). */
final class ViaLines {
  private final byte[] version10;
  private final byte[] version11;

  ViaLines(String pseudonym) {
    byte[] name = FieldWriter.bytes(pseudonym);
    for (byte b : name) {
      if (!Grammar.token(b)) {
        throw new IllegalArgumentException("a pseudonym for Via is a token, not " + pseudonym);
      }
    }
    this.version10 = FieldWriter.bytes("Via: 1.0 " + pseudonym + "\r\n");
    this.version11 = FieldWriter.bytes("Via: 1.1 " + pseudonym + "\r\n");
  }

  byte[] line(int minorVersion) {
    return minorVersion == 0 ? version10 : version11;
  }
}
