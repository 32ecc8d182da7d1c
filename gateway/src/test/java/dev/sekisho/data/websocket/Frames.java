package dev.sekisho.data.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.Deflater;

/** Frames as a peer writes them. */
public final class Frames {
  private Frames() {}

  /** First byte of a frame: its opcode, with FIN or without. */
  public static int last(Opcode opcode) {
    return 0x80 | opcode.bits();
  }

  /** A frame without a mask, its length in the fewest bytes. */
  public static byte[] plain(int first, byte[] payload) {
    return frame(first, payload, 0, new byte[0]);
  }

  /** The same with a mask, as clients send it. */
  public static byte[] masked(int first, byte[] payload, int mask) {
    byte[] key = ByteBuffer.allocate(4).putInt(mask).array();
    byte[] hidden = payload.clone();
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] ^= key[i & 3];
    }
    return frame(first, hidden, 0x80, key);
  }

  private static byte[] frame(int first, byte[] payload, int maskBit, byte[] key) {
    int length = payload.length;
    ByteBuffer out = ByteBuffer.allocate(14 + length).put((byte) first);
    if (length <= 125) {
      out.put((byte) (maskBit | length));
    } else if (length <= 0xffff) {
      out.put((byte) (maskBit | 126)).putShort((short) length);
    } else {
      out.put((byte) (maskBit | 127)).putLong(length);
    }
    out.put(key).put(payload).flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  /** A message compressed by this deflater, which keeps what it has seen (RFC 7692 §7.2.1). */
  public static byte[] deflated(Deflater deflater, byte[] message) {
    deflater.setInput(message);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] portion = new byte[4096];
    int count;
    do {
      count = deflater.deflate(portion, 0, portion.length, Deflater.SYNC_FLUSH);
      out.write(portion, 0, count);
    } while (count == portion.length);
    byte[] all = out.toByteArray();
    return java.util.Arrays.copyOf(all, all.length - 4);
  }

  public static Deflater deflater() {
    return new Deflater(Deflater.DEFAULT_COMPRESSION, true);
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  public static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
