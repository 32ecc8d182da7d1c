package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;

/**
 * Undoes gzip (RFC 1952): every member, each with its checksum and length. The JDK's own reader
 * passes over whatever follows a member and is not one; a body could hide there from the scan, so
 * here only zero bytes, as tape formats leave them, may follow.
 */
final class GzipStream extends InputStream {
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  /** Where in the body we are. */
  private enum At {
    START,
    MEMBER,
    BETWEEN,
    END
  }

  private final CompressedInput in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private At at = At.START;

  GzipStream(InputStream in) {
    this.in = new CompressedInput(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (true) {
      switch (at) {
        case START, BETWEEN -> begin();
        case END -> {
          return -1;
        }
        case MEMBER -> {
          int count = in.inflate(inflater, into, offset, length);
          if (count >= 0) {
            crc.update(into, offset, count);
            return count;
          }
          endMember();
        }
      }
    }
  }

  private void begin() throws IOException {
    while (at == At.BETWEEN && in.peek() == 0) {
      in.octet();
    }
    if (in.peek() < 0) {
      at = At.END;
      return;
    }
    if (in.octet() != 0x1f || in.octet() != 0x8b || in.octet() != 8) {
      throw CompressedInput.broken(
          at == At.START ? "It is not gzip" : "Something follows that is not gzip");
    }
    header();
    inflater.reset();
    crc.reset();
    at = At.MEMBER;
  }

  private void header() throws IOException {
    int flags = in.octet();
    if ((flags & RESERVED) != 0) {
      throw CompressedInput.broken("Its gzip header has reserved flags");
    }
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(in.octet() | in.octet() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
  }

  private void endMember() throws IOException {
    if (in.int32() != (int) crc.getValue() || in.int32() != (int) inflater.getBytesWritten()) {
      throw CompressedInput.broken("Its checksum is wrong");
    }
    at = At.BETWEEN;
  }

  private void skip(int octets) throws IOException {
    for (int i = 0; i < octets; i++) {
      in.octet();
    }
  }

  private void skipText() throws IOException {
    while (in.octet() != 0) {
      // a name or comment ends with a zero
    }
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
