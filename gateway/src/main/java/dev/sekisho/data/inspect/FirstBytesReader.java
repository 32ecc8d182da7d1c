package dev.sekisho.data.inspect;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Recognises what a client sends first: TLS under any cut and any fragmentation of its ClientHello,
 * HTTP, or something else. Reads what arrives once, whatever the pieces are, and takes nothing out
 * of the buffer. Not thread-safe; one for each connection.
 */
public final class FirstBytesReader {
  /** What a ClientHello may have, all records together. */
  public static final int MOST = 64 << 10;

  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int RECORD_HEADER = 5;
  private static final int MESSAGE_HEADER = 4;
  private static final int LONGEST_RECORD = 1 << 14;
  private static final int LONGEST_METHOD = 20;

  /** Offset in the buffer of the record that is not read yet. */
  private int next;

  private byte[] message = new byte[512];
  private int length;

  /**
   * @param in everything that has arrived so far, from the same reader index each time
   */
  public FirstBytes read(ByteBuf in) {
    if (!in.isReadable()) {
      return FirstBytes.NEED_MORE;
    }
    return in.getUnsignedByte(in.readerIndex()) == HANDSHAKE ? tls(in) : http(in);
  }

  private static FirstBytes http(ByteBuf in) {
    int start = in.readerIndex() + emptyLine(in);
    int end = Math.min(in.writerIndex() - start, LONGEST_METHOD + 1);
    for (int i = 0; i < end; i++) {
      byte b = in.getByte(start + i);
      if (b == ' ' && i > 0) {
        return FirstBytes.HTTP;
      }
      if (b < 'A' || b > 'Z') {
        return new FirstBytes.Other("neither a TLS record nor an HTTP method");
      }
    }
    return end > LONGEST_METHOD
        ? new FirstBytes.Other("neither a TLS record nor an HTTP method")
        : FirstBytes.NEED_MORE;
  }

  /** The empty line that our own parser passes over too (RFC 9112 §2.2). */
  private static int emptyLine(ByteBuf in) {
    int start = in.readerIndex();
    boolean line =
        in.getByte(start) == '\r' && (in.readableBytes() == 1 || in.getByte(start + 1) == '\n');
    return line ? Math.min(2, in.readableBytes()) : 0;
  }

  private FirstBytes tls(ByteBuf in) {
    while (in.readableBytes() - next >= RECORD_HEADER) {
      int at = in.readerIndex() + next;
      int size = in.getUnsignedShort(at + 3);
      if (in.getUnsignedByte(at) != HANDSHAKE || in.getUnsignedByte(at + 1) != 3) {
        return new FirstBytes.Malformed("a TLS record that carries no handshake");
      }
      if (size == 0 || size > LONGEST_RECORD) {
        return new FirstBytes.Malformed("a TLS record of " + size + " bytes");
      }
      if (in.readableBytes() - next - RECORD_HEADER < size) {
        break;
      }
      take(in, at + RECORD_HEADER, size);
      next += RECORD_HEADER + size;
      if (length >= MESSAGE_HEADER && (message[0] != CLIENT_HELLO || messageSize() > MOST)) {
        return new FirstBytes.Malformed("a handshake that does not begin with a ClientHello");
      }
      if (length >= MESSAGE_HEADER && length - MESSAGE_HEADER >= messageSize()) {
        return hello();
      }
    }
    return in.readableBytes() > MOST
        ? new FirstBytes.Malformed("a ClientHello of more than 64 KiB")
        : FirstBytes.NEED_MORE;
  }

  private FirstBytes hello() {
    try {
      return new FirstBytes.Tls(
          HelloParser.parse(
              Arrays.copyOfRange(message, MESSAGE_HEADER, MESSAGE_HEADER + messageSize())));
    } catch (HelloParser.Broken broken) {
      return new FirstBytes.Malformed("a ClientHello with " + broken.reason());
    }
  }

  private void take(ByteBuf in, int from, int size) {
    if (length + size > message.length) {
      message = Arrays.copyOf(message, Math.max(2 * message.length, length + size));
    }
    in.getBytes(from, message, length, size);
    length += size;
  }

  private int messageSize() {
    return (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | message[3] & 0xff;
  }
}
