package harness;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One million names to forbid, the same in every run, all under names reserved for examples (RFC
 * 2606).
 */
final class ListedNames {
  static final int COUNT = 1_000_000;
  private static final List<String> WORDS =
      List.of(
          "casino",
          "free-gifts",
          "tracker",
          "cdn-update",
          "bet",
          "pharma",
          "login-check",
          "video",
          "ads",
          "mirror");
  private static final List<String> ZONES =
      List.of("example", "test", "invalid", "com.example", "co.test", "net.invalid");

  private ListedNames() {}

  /**
   * A line is {@code .name}: the name and everything below it, which Squid's dstdomain reads the
   * same way.
   */
  static Path writeTo(Path file) throws IOException {
    SplittableRandom random = new SplittableRandom(20_240_229);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < COUNT; i++) {
        String word = WORDS.get(random.nextInt(WORDS.size()));
        String zone = ZONES.get(random.nextInt(ZONES.size()));
        // An odd factor spreads the numbers and keeps them different, so the file is neither sorted
        // nor repetitive.
        String number = Integer.toString((int) (i * 2_654_435_761L & 0x3fff_ffff), 36);
        out.append('.')
            .append(word)
            .append('-')
            .append(number)
            .append('.')
            .append(zone)
            .append('\n');
      }
    }
    return file;
  }
}
