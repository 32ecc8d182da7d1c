package dev.sekisho.scan.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames byte by byte: good ones, damaged ones, and what chance makes of good ones. */
class ZstdBytesTest {
  private static final String MAGIC = "28b52ffd ";

  /** One frame with a checksum, four Huffman streams and three tables of sequences. */
  private static final byte[] RICH = rich();

  @TempDir Path folder;

  private static byte[] rich() {
    try {
      Random random = new Random(4);
      return ZstdCommand.pipe(Bodies.text(20_000, random), "-19");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private record Result(byte[] bytes, String fault) {}

  /** Fails for any other exception than that of a fault in the bytes. */
  private static Result decode(byte[] coded, int most) {
    var out = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    try (var stream = new ZstdStream(new ByteArrayInputStream(coded))) {
      for (int count = 0; count >= 0 && out.size() < most; count = stream.read(buffer)) {
        out.write(buffer, 0, count);
      }
      return new Result(out.toByteArray(), "");
    } catch (ZstdException e) {
      return new Result(out.toByteArray(), "" + e.getMessage());
    } catch (IOException e) {
      return fail("not a fault of the bytes", e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "24 00 01 00 00 99 e9 d8 51, ''",
    "04 58 29 00 00 68 65 6c 6c 6f a3 6d 9f 88, hello",
    "20 05 29 00 00 68 65 6c 6c 6f, hello",
    "20 05 20 00 00 68 65 6c 6c 09 00 00 6f, hello",
    "30 05 29 00 00 68 65 6c 6c 6f, hello",
    "21 00 05 29 00 00 68 65 6c 6c 6f, hello",
    "a0 05 00 00 00 29 00 00 68 65 6c 6c 6f, hello",
    "e0 05 00 00 00 00 00 00 00 29 00 00 68 65 6c 6c 6f, hello",
    "c0 58 05 00 00 00 00 00 00 00 29 00 00 68 65 6c 6c 6f, hello",
    "20 05 1d 00 00 29 61 00, aaaaa",
    "20 05 25 00 00 55 00 61 00, aaaaa",
    "20 05 2d 00 00 5d 00 00 61 00, aaaaa",
    "00 58 3d 00 00 28 68 65 6c 6c 6f 00, hello",
    "00 68 b5 00 00 68 63 68 65 63 6b 70 6f 69 6e 74 2c 20 61 02 00 31 0d 71 b0 24 01,"
        + " 'checkpoint, checkpoint, checkpoint, a checkpoint'",
  })
  void readsFramesOfEveryForm(String frame, String content) {
    Result result = decode(bytes(MAGIC + frame), 1 << 20);
    assertThat(result.fault()).isEmpty();
    assertThat(result.bytes()).isEqualTo(Bodies.bytes(content));
  }

  @ParameterizedTest
  @CsvSource({
    "28, ends in the middle",
    "28 b5 2f, ends in the middle",
    "28 b5 2f fd, ends in the middle",
    "29 b5 2f fd 20 05 29 00 00 68 65 6c 6c 6f, is none",
    "27 b5 2f fd 20 05 29 00 00 68 65 6c 6c 6f, is none",
    "1f 8b 08 00 00 00 00 00, is none",
    "28 b5 2f fd 28 05 29 00 00 68 65 6c 6c 6f, reserved bit of a frame header",
    "28 b5 2f fd 21 01 05 29 00 00 68 65 6c 6c 6f, needs a dictionary",
    "28 b5 2f fd 22 00 01 05 29 00 00 68 65 6c 6c 6f, needs a dictionary",
    "28 b5 2f fd 23 00 00 00 80 05 29 00 00 68 65 6c 6c 6f, needs a dictionary",
    "28 b5 2f fd 00 69 29 00 00 68 65 6c 6c 6f, window of 9437184 bytes",
    "28 b5 2f fd 00 ff 29 00 00 68 65 6c 6c 6f, window of 4123168604160 bytes",
    "28 b5 2f fd a0 01 00 80 00 29 00 00 68 65 6c 6c 6f, window of 8388609 bytes",
    "28 b5 2f fd e0 ff ff ff ff ff ff ff ff 29 00 00 68, longer than anything",
    "28 b5 2f fd 20 04 29 00 00 68 65 6c 6c 6f, block is larger",
    "28 b5 2f fd 80 00 04 00 00 00 29 00 00 68 65 6c 6c 6f, longer than it says",
    "28 b5 2f fd 20 06 29 00 00 68 65 6c 6c 6f, shorter than it says",
    "28 b5 2f fd 20 05 2f 00 00 68 65 6c 6c 6f, kind that does not exist",
    "28 b5 2f fd 20 05 28 00 00 68 65 6c 6c 6f, ends in the middle",
    "28 b5 2f fd 20 05 29 00 00 68 65 6c 6c, ends in the middle",
    "28 b5 2f fd 04 58 29 00 00 68 65 6c 6c 6f, ends in the middle",
    "28 b5 2f fd 04 58 29 00 00 68 65 6c 6c 6f a3 6d 9f 89, checksum",
    "28 b5 2f fd 04 58 29 00 00 68 65 6c 6c 70 a3 6d 9f 88, checksum",
    "28 b5 2f fd 20 05 29 00 00 68 65 6c 6c 6f 00, ends in the middle",
    "28 b5 2f fd 20 05 29 00 00 68 65 6c 6c 6f 00 00 00 00, is none",
    "28 b5 2f fd 20 05 29 00 00 68 65 6c 6c 6f 68 65 6c 6c 6f, is none",
    "50 2a 4d 18 05 00 00 00 01 02 03 04, ends in the middle",
    "50 2a 4d 18 ff ff ff ff 01, ends in the middle",
    "28 b5 2f fd 00 58 09 00 10, block is larger",
    "28 b5 2f fd 00 58 0b 00 10 00, block is larger",
    "28 b5 2f fd 20 05 05 00 00, a block ends in the middle",
    "28 b5 2f fd 20 05 15 00 00 29 61, a block ends in the middle",
    "28 b5 2f fd 20 05 25 00 00 29 61 00 00, something follows the literals",
    "28 b5 2f fd 20 05 1d 00 00 31 61 00, more literals than it may",
    "28 b5 2f fd 20 09 1d 00 00 29 61 00, shorter than it says",
    "28 b5 2f fd 00 58 35 00 00 28 68 65 6c 6c 6f, a block ends in the middle",
    "28 b5 2f fd 20 05 1d 00 00 28 68 65, longer than the block",
    "28 b5 2f fd 20 05 25 00 00 53 40 00 00, and there is none",
    "28 b5 2f fd 20 20 35 00 00 29 61 01 01 00 01, reserved bit of a block",
    "28 b5 2f fd 20 20 2d 00 00 29 61 01 c0 01, table of a block before",
    "28 b5 2f fd 20 20 2d 00 00 29 61 01 00 00, no end mark",
    "28 b5 2f fd 20 20 25 00 00 29 61 01 00, no end mark",
    "28 b5 2f fd 20 20 2d 00 00 29 61 01 00 01, cut off",
    "28 b5 2f fd 20 20 35 00 00 29 61 01 40 24 01, does not exist",
    "28 b5 2f fd 20 20 45 00 00 29 61 01 54 05 00 00 07, something follows",
    "28 b5 2f fd 20 20 45 00 00 29 61 01 54 06 00 00 01, more literals than it has",
    "28 b5 2f fd 20 20 45 00 00 29 61 01 54 05 03 00 0f, further than its window",
    "28 b5 2f fd 20 08 45 00 00 29 61 01 54 05 00 20 02, gives more than it may",
  })
  void saysWhatIsWrong(String frame, String what) {
    assertThat(decode(bytes(frame), 1 << 20).fault()).contains(what);
  }

  @Test
  void aSequenceRepeatsWhatWasJustWritten() {
    // five literals, then one match of three at the offset of the first name, which is 1
    Result result = decode(bytes(MAGIC + "20 08 45 00 00 29 61 01 54 05 00 00 01"), 100);
    assertThat(result).extracting(Result::fault).isEqualTo("");
    assertThat(result.bytes()).isEqualTo(Bodies.bytes("aaaaaaaa"));
  }

  @Test
  void everyCutIsNoticed() {
    for (int length = 1; length < RICH.length; length++) {
      assertThat(decode(Arrays.copyOf(RICH, length), 1 << 20).fault()).as("" + length).isNotEmpty();
    }
  }

  @Test
  void everyFlippedBitIsNoticed() {
    // Bit 4 of the descriptor is unused; the window may be larger than it need be.
    byte[] whole = decode(RICH, 1 << 20).bytes();
    for (int bit = 6 * 8; bit < RICH.length * 8; bit++) {
      byte[] changed = RICH.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Result result = decode(changed, 1 << 20);
      assertThat(!result.fault().isEmpty() || Arrays.equals(result.bytes(), whole))
          .as("bit " + bit)
          .isTrue();
    }
  }

  /** Nothing but bytes or a fault may come of it, whatever was changed. */
  @Test
  void whatChanceMakesOfAFrameEndsInBytesOrAFault() throws Exception {
    long seed = 31;
    Random random = new Random(seed);
    int most = 1 << 20;
    byte[][] good = {
      RICH,
      withoutChecksum(ZstdCommand.pipe(Bodies.text(3000, random), "-3", "--no-check")),
      ZstdCommand.pipe(new byte[3000], "--no-check"),
      ZstdCommand.pipe(Bodies.numbers(150_000, random), "-1", "--no-check"),
      bytes(MAGIC + "20 08 45 00 00 29 61 01 54 05 00 00 01"),
    };
    int rounds = Boolean.getBoolean("sekisho.soak") ? 2_000_000 : 20_000;
    for (int round = 0; round < rounds; round++) {
      byte[] changed = changed(good[random.nextInt(good.length)], random);
      Result result = decode(changed, most);
      assertThat(result.bytes().length)
          .as("seed " + seed + ", round " + round)
          .isLessThanOrEqualTo(most + 4096);
    }
  }

  /** Two readers of the same bytes: what is scanned must be what a client gets. */
  @Test
  void whatIsTakenMeansTheSameToTheReferenceDecoder() throws Exception {
    long seed = 77;
    Random random = new Random(seed);
    byte[][] good = {
      ZstdCommand.pipe(Bodies.text(3000, random), "-3", "--no-check"),
      ZstdCommand.pipe(Bodies.text(20_000, random), "-19", "--no-check"),
      ZstdCommand.pipe(Bodies.numbers(5000, random), "-1", "--no-check"),
      ZstdCommand.pipe(Bodies.noise(300, random), "--no-check"),
      bytes(MAGIC + "20 08 45 00 00 29 61 01 54 05 00 00 01"),
    };
    List<byte[]> frames = new ArrayList<>();
    int count = Boolean.getBoolean("sekisho.soak") ? 50_000 : 500;
    for (int i = 0; i < count; i++) {
      frames.add(changed(good[i % good.length], random));
    }
    int taken = 0;
    for (int from = 0; from < count; from += 500) {
      taken += compare(frames.subList(from, from + 500), "seed " + seed + ", from " + from);
    }
    assertThat(taken).isGreaterThan(count / 20);
  }

  private int compare(List<byte[]> frames, String where) throws Exception {
    List<byte @Nullable []> theirs = ZstdCommand.decoded(folder, frames);
    int taken = 0;
    for (int i = 0; i < frames.size(); i++) {
      Result ours = decode(frames.get(i), 1 << 24);
      if (ours.fault().isEmpty()) {
        assertThat(ours.bytes())
            .as(where + ": " + HexFormat.of().formatHex(frames.get(i)))
            .isEqualTo(theirs.get(i));
        taken++;
      }
    }
    return taken;
  }

  private static byte[] withoutChecksum(byte[] frame) {
    assertThat(frame[4] & 4).isZero();
    return frame;
  }

  private static byte[] changed(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int change = random.nextInt(5); change >= 0; change--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = without(bytes, at, 1 + random.nextInt(4));
        case 3 -> bytes = with(bytes, at, Bodies.noise(1 + random.nextInt(4), random));
        default -> bytes = with(bytes, at, Arrays.copyOf(bytes, 1 + random.nextInt(at + 1)));
      }
      if (bytes.length == 0) {
        return bytes;
      }
    }
    return bytes;
  }

  private static byte[] without(byte[] bytes, int at, int count) {
    int after = Math.min(bytes.length, at + count);
    byte[] less = Arrays.copyOf(bytes, bytes.length - (after - at));
    System.arraycopy(bytes, after, less, at, bytes.length - after);
    return less;
  }

  private static byte[] with(byte[] bytes, int at, byte[] more) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(more, 0, all, at, more.length);
    System.arraycopy(bytes, at, all, at + more.length, bytes.length - at);
    return all;
  }

  @Test
  void theMemoryFollowsWhatIsThereAndNotWhatTheHeaderSays() {
    Window window = new Window();
    window.begin(FrameHeader.LARGEST_WINDOW);
    window.reserve(5);
    assertThat(window.bytes().length).isLessThanOrEqualTo(64);
    byte[] sink = new byte[Window.BLOCK];
    for (int block = 0; block < 1000; block++) {
      window.reserve(Window.BLOCK);
      window.fill((byte) block, Window.BLOCK);
      assertThat(window.take(sink, 0, sink.length)).isEqualTo(Window.BLOCK);
    }
    assertThat(window.bytes().length).isLessThanOrEqualTo(10 << 20);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ef46db3751d8e999",
    "a, d24ec4f1a98c6e5b",
    "abc, 44bc2cf5ad770999",
    "hello, 26c7827d889f6da3",
  })
  void hashesAsTheOthersDo(String text, String hash) {
    var hashing = new XxHash64();
    hashing.update(Bodies.bytes(text), 0, text.length());
    assertThat(HexFormat.of().toHexDigits(hashing.value())).isEqualTo(hash);
  }
}
