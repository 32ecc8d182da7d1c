package dev.sekisho.scan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What is known of a body in the quarantine.
 *
 * @param record id of the exchange's record in the journal
 * @param host of the URL
 * @param coding its Content-Encoding, which it still has; empty where there was none
 * @param sha256 of the bytes as sent, in hexadecimal digits
 * @param length in bytes, as sent
 */
public record QuarantineItem(
    String record,
    String host,
    Instant kept,
    Scanner.Direction direction,
    String engine,
    String name,
    String coding,
    String sha256,
    long length) {
  private static final int FORM = 1;
  private static final int LONGEST = 255;

  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      out.writeUTF(record);
      out.writeUTF(Printable.text(host, LONGEST));
      out.writeLong(kept.toEpochMilli());
      out.writeUTF(direction.name());
      out.writeUTF(Printable.text(engine, LONGEST));
      out.writeUTF(Printable.text(name, LONGEST));
      out.writeUTF(Printable.text(coding, LONGEST));
      out.write(HexFormat.of().parseHex(sha256));
      out.writeLong(length);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  static QuarantineItem parse(byte[] bytes) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readByte() != FORM) {
      throw new IOException("it was written by another version");
    }
    try {
      return new QuarantineItem(
          in.readUTF(),
          in.readUTF(),
          Instant.ofEpochMilli(in.readLong()),
          Scanner.Direction.valueOf(in.readUTF()),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          HexFormat.of().formatHex(in.readNBytes(32)),
          in.readLong());
    } catch (IllegalArgumentException e) {
      throw new IOException("it was written by another version", e);
    }
  }
}
