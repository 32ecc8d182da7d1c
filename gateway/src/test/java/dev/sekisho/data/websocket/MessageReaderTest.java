package dev.sekisho.data.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {
  /** Reads everything, and writes down what came of it. */
  private static final class Recorder implements MessageReader.Sink {
    private final MessageReader reader;
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final List<String> seen = new ArrayList<>();

    Recorder(Sender sender, Compression compression) {
      reader = new MessageReader(sender, compression);
    }

    @Override
    public void wire(ByteBuf bytes) {
      wire.writeBytes(array(bytes));
    }

    @Override
    public void content(byte[] bytes, int length) {
      content.write(bytes, 0, length);
    }

    /** As far as the bytes go. */
    Recorder read(ByteBuf in) {
      while (true) {
        switch (reader.ahead(in)) {
          case MessageReader.Ahead.Nothing _ -> {
            return this;
          }
          case MessageReader.Ahead.Broken(String rule) -> {
            seen.add("broken: " + rule);
            return this;
          }
          case MessageReader.Ahead.Control(Opcode opcode) -> {
            ByteBuf frame = reader.control(in);
            wire.writeBytes(array(frame));
            frame.release();
            seen.add(opcode.name());
          }
          case MessageReader.Ahead.Data _ -> {
            if (reader.data(in, MessageReader.Wanted.EVERYTHING, this)
                == MessageReader.Taken.LAST) {
              seen.add(reader.unreadable().orElse("") + content.toString(ISO_8859_1));
              content.reset();
            }
          }
        }
      }
    }

    private static byte[] array(ByteBuf bytes) {
      byte[] all = new byte[bytes.readableBytes()];
      bytes.getBytes(bytes.readerIndex(), all);
      return all;
    }
  }

  private static List<String> read(Sender sender, Compression compression, byte[] bytes) {
    return new Recorder(sender, compression).read(Unpooled.wrappedBuffer(bytes)).seen;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** The examples of RFC 6455 §5.7 and RFC 7692 §7.2.3 among them. */
  @ParameterizedTest
  @CsvSource({
    "ORIGIN, NONE, 81 05 48656c6c6f, Hello",
    "CLIENT, NONE, 81 85 37fa213d 7f9f4d5158, Hello",
    "ORIGIN, NONE, 01 03 48656c 80 02 6c6f, Hello",
    "ORIGIN, NONE, 01 03 48656c 89 00 80 02 6c6f, PING|Hello",
    "ORIGIN, NONE, 89 05 48656c6c6f, PING",
    "CLIENT, NONE, 8a 85 37fa213d 7f9f4d5158, PONG",
    "ORIGIN, NONE, 82 00, ''",
    "ORIGIN, NONE, 02 00 00 00 80 00, ''",
    "ORIGIN, NONE, 88 00, CLOSE",
    "ORIGIN, NONE, 88 02 03e8, CLOSE",
    "CLIENT, NONE, 88 82 00000000 03e8, CLOSE",
    "ORIGIN, CONTEXT_KEPT, c1 07 f248cdc9c90700, Hello",
    "ORIGIN, CONTEXT_KEPT, 41 03 f248cd 80 04 c9c90700, Hello",
    "ORIGIN, CONTEXT_KEPT, c1 07 f248cdc9c90700 c1 05 f200110000, Hello|Hello",
    "ORIGIN, CONTEXT_RESET, c1 07 f248cdc9c90700 c1 07 f248cdc9c90700, Hello|Hello",
    "ORIGIN, CONTEXT_KEPT, c1 0b 000500faff48656c6c6f00, Hello",
    "ORIGIN, CONTEXT_KEPT, c1 08 f348cdc9c9070000, Hello",
    "ORIGIN, CONTEXT_KEPT, c1 0d f248050000 00ffff cac9c90700, Hello",
    "ORIGIN, CONTEXT_KEPT, 81 05 48656c6c6f c1 07 f248cdc9c90700, Hello|Hello",
    "ORIGIN, UNREAD, c1 07 f248cdc9c90700, ''",
    "ORIGIN, NONE, 81, ",
    "ORIGIN, NONE, 81 7e 00, ",
    "CLIENT, NONE, 81 85 37fa21, ",
    "ORIGIN, NONE, 89 05 4865, ",
  })
  void readsWhatKeepsTheRules(
      Sender sender, Compression compression, String bytes, String expected) {
    assertThat(String.join("|", read(sender, compression, hex(bytes))))
        .isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ORIGIN, NONE, c1 00, reserved bit",
    "ORIGIN, NONE, a1 00, reserved bit",
    "ORIGIN, NONE, 91 00, reserved bit",
    "ORIGIN, CONTEXT_KEPT, a1 00, reserved bit",
    "ORIGIN, CONTEXT_KEPT, d1 00, reserved bit",
    "ORIGIN, CONTEXT_KEPT, c9 00, reserved bit",
    "ORIGIN, CONTEXT_KEPT, 41 00 c0 00, reserved bit",
    "ORIGIN, NONE, 83 00, opcode",
    "ORIGIN, NONE, 87 00, opcode",
    "ORIGIN, NONE, 8b 00, opcode",
    "ORIGIN, NONE, 8f 00, opcode",
    "ORIGIN, NONE, 09 00, control frame in fragments",
    "ORIGIN, NONE, 08 00, control frame in fragments",
    "ORIGIN, NONE, 89 7e 007e, more than 125 bytes",
    "ORIGIN, NONE, 8a 7f 0000000000000001, more than 125 bytes",
    "CLIENT, NONE, 81 05 48656c6c6f, no mask",
    "ORIGIN, NONE, 81 85 37fa213d 7f9f4d5158, a mask",
    "ORIGIN, NONE, 89 80 00000000, a mask",
    "CLIENT, NONE, 88 00, no mask",
    "ORIGIN, NONE, 81 7e 007d, more bytes than it needs",
    "ORIGIN, NONE, 81 7e 0000, more bytes than it needs",
    "ORIGIN, NONE, 81 7f 000000000000ffff, more bytes than it needs",
    "ORIGIN, NONE, 81 7f 8000000000000000, highest bit",
    "CLIENT, NONE, 82 ff ffffffffffffffff 00000000, highest bit",
    "ORIGIN, NONE, 80 00, continuation of nothing",
    "ORIGIN, NONE, 00 00, continuation of nothing",
    "ORIGIN, NONE, 01 00 81 00, message within another",
    "ORIGIN, NONE, 02 01 00 01 00, message within another",
    "ORIGIN, NONE, 88 01 03, half of a code",
  })
  void refusesWhatDoesNot(Sender sender, Compression compression, String bytes, String rule) {
    List<String> seen = read(sender, compression, hex(bytes));
    assertThat(seen.getLast()).startsWith("broken: ").contains(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "CONTEXT_KEPT, c1 02 ffff, damaged",
    // refers to what was never said
    "CONTEXT_KEPT, c1 05 f200110000, damaged",
    // after a reset the window is empty again
    "CONTEXT_RESET, c1 07 f248cdc9c90700 c1 05 f200110000, damaged",
    // one that is damaged damages those that may refer to it
    "CONTEXT_KEPT, c1 02 ffff c1 07 f248cdc9c90700, damaged",
    // text behind a block that says it is the last
    "CONTEXT_KEPT, c1 0e f348cdc9c90700 f248cdc9c90700, last block",
  })
  void saysWhatCannotBeDecompressed(Compression compression, String bytes, String why) {
    assertThat(read(Sender.ORIGIN, compression, hex(bytes)).getLast()).contains(why);
  }

  @Test
  void aDamagedMessageIsNotTheNextOnesMatterWhereTheContextIsReset() {
    assertThat(
            read(Sender.ORIGIN, Compression.CONTEXT_RESET, hex("c1 02 ffff c1 07 f248cdc9c90700")))
        .endsWith("Hello");
  }

  @Test
  void aBombIsReadInTurns() {
    Deflater deflater = Frames.deflater();
    byte[] bomb = Frames.deflated(deflater, new byte[64 << 20]);
    deflater.end();
    ByteBuf in = Unpooled.wrappedBuffer(Frames.plain(0x40 | 0x82, bomb));
    MessageReader reader = new MessageReader(Sender.ORIGIN, Compression.CONTEXT_KEPT);
    MessageReader.Sink nobody =
        new MessageReader.Sink() {
          @Override
          public void wire(ByteBuf bytes) {}

          @Override
          public void content(byte[] bytes, int length) {}
        };
    long before = 0;
    while (reader.data(in, MessageReader.Wanted.WIRE, nobody) == MessageReader.Taken.PART) {
      assertThat(reader.inflated() - before).isLessThan(3 << 20);
      before = reader.inflated();
    }
    assertThat(reader.inflated()).isEqualTo(64 << 20);
    assertThat(reader.size()).isEqualTo(64 << 20);
    reader.close();
  }

  /** Messages of all kinds and lengths, in fragments, with control frames between them. */
  private static final class Talk {
    private final Random random;
    private final Sender sender;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> expected = new ArrayList<>();
    private final Deflater deflater = Frames.deflater();

    Talk(long seed, Sender sender) {
      this.random = new Random(seed);
      this.sender = sender;
    }

    private void frame(int first, byte[] payload) {
      bytes.writeBytes(
          sender == Sender.CLIENT
              ? Frames.masked(first, payload, random.nextInt())
              : Frames.plain(first, payload));
    }

    Talk messages(int count, int longest) {
      for (int i = 0; i < count; i++) {
        message(random.nextInt(longest));
      }
      deflater.end();
      return this;
    }

    private void message(int length) {
      byte[] said = "ab".repeat(length).substring(length).getBytes(ISO_8859_1);
      for (int i = 0; i < said.length; i += 1 + random.nextInt(9)) {
        said[i] = (byte) random.nextInt(256);
      }
      boolean compressed = random.nextBoolean();
      byte[] payload = compressed ? Frames.deflated(deflater, said) : said;
      int from = 0;
      int first = (random.nextBoolean() ? 1 : 2) | (compressed ? 0x40 : 0);
      while (random.nextInt(3) > 0) {
        int to = from + random.nextInt(payload.length - from + 1);
        frame(first, java.util.Arrays.copyOfRange(payload, from, to));
        first = 0;
        from = to;
        if (random.nextInt(4) == 0) {
          frame(0x89, Frames.random(random, random.nextInt(126)));
          expected.add("PING");
        }
      }
      frame(first | 0x80, java.util.Arrays.copyOfRange(payload, from, payload.length));
      expected.add(new String(said, ISO_8859_1));
    }
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 1", "ORIGIN, 2", "CLIENT, 3", "ORIGIN, 4"})
  void readsTheSameWhereverTheBytesAreSplit(Sender sender, long seed) {
    Talk talk = new Talk(seed, sender).messages(12, 60);
    byte[] all = talk.bytes.toByteArray();
    for (int split = 0; split <= all.length; split++) {
      Recorder recorder = new Recorder(sender, Compression.CONTEXT_KEPT);
      ByteBuf in = Unpooled.buffer();
      recorder.read(in.writeBytes(all, 0, split));
      recorder.read(in.writeBytes(all, split, all.length - split));
      assertThat(recorder.seen).as("split at %d", split).isEqualTo(talk.expected);
      assertThat(recorder.wire.toByteArray()).isEqualTo(all);
    }
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 5", "ORIGIN, 6"})
  void readsTheSameByteByByteAndInPiecesOfAnyLength(Sender sender, long seed) {
    Talk talk = new Talk(seed, sender).messages(40, 70_000);
    byte[] all = talk.bytes.toByteArray();
    Random random = new Random(seed);
    for (int longest : new int[] {1, 17, 100_000}) {
      Recorder recorder = new Recorder(sender, Compression.CONTEXT_KEPT);
      ByteBuf in = Unpooled.buffer();
      for (int at = 0; at < all.length; ) {
        int count = Math.min(all.length - at, 1 + random.nextInt(longest));
        recorder.read(in.writeBytes(all, at, count));
        in.discardReadBytes();
        at += count;
      }
      assertThat(recorder.seen.equals(talk.expected)).isTrue();
      assertThat(java.util.Arrays.equals(recorder.wire.toByteArray(), all)).isTrue();
    }
  }

  @Test
  void noBytesWhateverMakeItFailOtherwiseThanByAWord() {
    Random random = new Random(11);
    int broken = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = Frames.random(random, 1 + random.nextInt(60));
      // Half of them begin like a frame that is allowed.
      if (random.nextBoolean()) {
        bytes[0] = (byte) (0xc1 + random.nextInt(2));
      }
      Sender sender = random.nextBoolean() ? Sender.CLIENT : Sender.ORIGIN;
      Recorder recorder = new Recorder(sender, Compression.CONTEXT_KEPT);
      recorder.read(Unpooled.wrappedBuffer(bytes));
      recorder.reader.close();
      if (!recorder.seen.isEmpty() && recorder.seen.getLast().startsWith("broken")) {
        broken++;
      }
    }
    assertThat(broken).isPositive();
  }
}
