package dev.sekisho.scan.zstd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what the reference encoder writes. */
class ZstdStreamTest {
  private static final Map<String, byte[]> BODIES = Bodies.all();

  @TempDir Path folder;

  private static byte[] decode(byte[] coded) throws IOException {
    try (var stream = new ZstdStream(new ByteArrayInputStream(coded))) {
      return stream.readAllBytes();
    }
  }

  static Stream<List<String>> waysToCompress() {
    List<List<String>> ways = new ArrayList<>();
    IntStream.rangeClosed(1, 19).forEach(level -> ways.add(List.of("-" + level)));
    IntStream.rangeClosed(20, 22).forEach(level -> ways.add(List.of("--ultra", "-" + level)));
    for (String fast : List.of("1", "5", "50")) {
      ways.add(List.of("--fast=" + fast));
    }
    ways.add(List.of("--no-check"));
    ways.add(List.of("--no-content-size"));
    ways.add(List.of("-19", "--long=23"));
    ways.add(List.of("-9", "--single-thread", "--no-compress-literals"));
    ways.add(List.of("-1", "--compress-literals"));
    ways.add(List.of("-T2", "-B262144"));
    ways.add(List.of("--zstd=wlog=10"));
    ways.add(List.of("-12", "--zstd=wlog=17,mml=3,strat=6,ovlog=9"));
    return ways.stream();
  }

  @ParameterizedTest
  @MethodSource("waysToCompress")
  void undoesWhateverTheReferenceEncoderWrites(List<String> options) throws Exception {
    Map<String, byte[]> coded = ZstdCommand.files(folder, BODIES, options.toArray(String[]::new));
    for (Map.Entry<String, byte[]> one : coded.entrySet()) {
      assertThat(decode(one.getValue()))
          .as(one.getKey() + " by " + options)
          .isEqualTo(BODIES.get(one.getKey()));
    }
  }

  @Test
  void undoesWhatCameThroughAPipeHoweverItIsRead() throws Exception {
    Random random = new Random(3);
    for (byte[] body : BODIES.values()) {
      byte[] coded = ZstdCommand.pipe(body, "-5");
      var out = new ByteArrayOutputStream();
      byte[] buffer = new byte[20_000];
      try (var stream = new ZstdStream(new Drops(coded, random))) {
        for (int count = 0; count >= 0; count = stream.read(buffer, 7, 1 + random.nextInt(9000))) {
          out.write(buffer, 7, count);
        }
        assertThat(stream.read()).isEqualTo(-1);
      }
      assertThat(out.toByteArray()).isEqualTo(body);
    }
  }

  /** A stream that gives a few bytes at a time. */
  private static final class Drops extends InputStream {
    private final ByteArrayInputStream in;
    private final Random random;

    Drops(byte[] bytes, Random random) {
      this.in = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return in.read(into, offset, Math.min(length, 1 + random.nextInt(700)));
    }
  }

  @Test
  void readsFrameAfterFrameAndPassesOverWhatMayBeSkipped() throws Exception {
    byte[] skipped = {0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9};
    var coded = new ByteArrayOutputStream();
    var expected = new ByteArrayOutputStream();
    for (byte[] body : BODIES.values()) {
      coded.writeBytes(skipped);
      coded.writeBytes(ZstdCommand.pipe(body, "-3"));
      expected.writeBytes(body);
    }
    coded.writeBytes(skipped);
    assertThat(decode(coded.toByteArray())).isEqualTo(expected.toByteArray());
    assertThat(decode(skipped)).isEmpty();
    assertThat(decode(new byte[0])).isEmpty();
  }

  @Test
  void readsAWholeWindowAndMore() throws Exception {
    Random random = new Random(8);
    byte[] body = new byte[20 << 20];
    byte[] piece = Bodies.text(3 << 20, random);
    for (int at = 0; at < body.length; at += piece.length) {
      System.arraycopy(piece, 0, body, at, Math.min(piece.length, body.length - at));
    }
    assertThat(decode(ZstdCommand.pipe(body, "-6", "--long=23"))).isEqualTo(body);
    assertThat(decode(ZstdCommand.pipe(body, "-1"))).isEqualTo(body);
  }

  @Test
  void refusesAWindowThatHttpDoesNotAllow() throws Exception {
    byte[] body = Bodies.noise(9 << 20, new Random(2));
    assertThat(fault(ZstdCommand.pipe(body, "-1", "--long=27"))).contains("window of 134217728");
    assertThat(
            fault(
                requireNonNull(ZstdCommand.files(folder, Map.of("f", body), "--long=24").get("f"))))
        .contains("window of");
  }

  private static String fault(byte[] coded) {
    try {
      return "none, but " + decode(coded).length + " bytes";
    } catch (IOException e) {
      return "" + e.getMessage();
    }
  }
}
