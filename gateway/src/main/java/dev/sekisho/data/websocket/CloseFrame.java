package dev.sekisho.data.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** The frame by which a side says that it ends the connection, and why (RFC 6455 §5.5.1). */
public final class CloseFrame {
  /** §7.4.1. */
  public static final int GOING_AWAY = 1001;

  public static final int PROTOCOL_ERROR = 1002;
  public static final int POLICY_VIOLATION = 1008;

  private static final int MOST_OF_REASON = FrameHead.MOST_OF_CONTROL - 2;

  private CloseFrame() {}

  /**
   * @param sender as whom it is sent: with a mask or without
   * @param reason for people; what is not ASCII, or too much, is left out
   */
  public static ByteBuf of(int code, String reason, Sender sender, ByteBufAllocator allocator) {
    byte[] said = reason.replaceAll("[^ -~]", "?").getBytes(StandardCharsets.US_ASCII);
    int count = Math.min(said.length, MOST_OF_REASON);
    ByteBuf frame = allocator.buffer(2 + Integer.BYTES + 2 + count);
    frame.writeByte(0x80 | Opcode.CLOSE.bits());
    switch (sender) {
      case ORIGIN -> frame.writeByte(2 + count).writeShort(code).writeBytes(said, 0, count);
      case CLIENT -> {
        int mask = new SecureRandom().nextInt();
        frame.writeByte(0x80 | 2 + count).writeInt(mask);
        frame.writeByte(code >> Byte.SIZE ^ mask >>> 24).writeByte(code ^ mask >>> 16);
        for (int i = 0; i < count; i++) {
          frame.writeByte(said[i] ^ mask >>> Byte.SIZE * (3 - (i + 2 & 3)));
        }
      }
    }
    return frame;
  }
}
