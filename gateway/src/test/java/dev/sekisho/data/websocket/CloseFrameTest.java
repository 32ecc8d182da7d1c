package dev.sekisho.data.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseFrameTest {
  /** As the other side reads it. */
  private static String read(Sender sender, String reason) {
    ByteBuf frame =
        CloseFrame.of(
            CloseFrame.POLICY_VIOLATION, reason, sender, UnpooledByteBufAllocator.DEFAULT);
    assertThat(new MessageReader(sender, Compression.NONE).ahead(frame))
        .isEqualTo(new MessageReader.Ahead.Control(Opcode.CLOSE));
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    int at = sender == Sender.CLIENT ? 6 : 2;
    StringBuilder payload = new StringBuilder();
    for (int i = at; i < bytes.length; i++) {
      int mask = sender == Sender.CLIENT ? bytes[2 + (i - at & 3)] : 0;
      payload.append((char) ((bytes[i] ^ mask) & 0xff));
    }
    return payload.toString();
  }

  @ParameterizedTest
  @EnumSource
  void saysItsCodeAndReason(Sender sender) {
    assertThat(read(sender, "found it")).isEqualTo("\u0003\u00f0found it");
    assertThat(read(sender, "")).isEqualTo("\u0003\u00f0");
  }

  @ParameterizedTest
  @EnumSource
  void aReasonThatIsTooLongIsCut(Sender sender) {
    assertThat(read(sender, "x".repeat(500))).isEqualTo("\u0003\u00f0" + "x".repeat(123));
  }

  @Test
  void whatIsNotAsciiIsLeftOut() {
    assertThat(read(Sender.ORIGIN, "関所\n!").getBytes(ISO_8859_1)).hasSize(2 + 4);
    assertThat(read(Sender.ORIGIN, "関所\n!")).endsWith("???!");
  }
}
