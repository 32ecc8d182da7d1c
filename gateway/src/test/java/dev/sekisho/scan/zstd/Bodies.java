package dev.sekisho.scan.zstd;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Bodies that make an encoder choose each of its ways. */
final class Bodies {
  private Bodies() {}

  static Map<String, byte[]> all() {
    Random random = new Random(5);
    Map<String, byte[]> bodies = new LinkedHashMap<>();
    bodies.put("empty", new byte[0]);
    bodies.put("one byte", bytes("x"));
    bodies.put("a word", bytes("checkpoint"));
    bodies.put("255 bytes", text(255, random));
    bodies.put("256 bytes", text(256, random));
    bodies.put("1000 zeros", new byte[1000]);
    bodies.put("zeros", new byte[1_500_000]);
    bodies.put("noise", noise(300_000, random));
    bodies.put("text", text(300_000, random));
    bodies.put("skewed", skewed(400_000, random));
    bodies.put("four letters", letters(200_000, random));
    bodies.put("small numbers", numbers(150_000, random));
    bodies.put("records", records(40_000, random));
    bodies.put("mixed", mixed(random));
    return bodies;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] noise(int length, Random random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] text(int length, Random random) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append("<p>").append(random.nextInt(100_000)).append(" checkpoint ");
      text.append(Long.toString(random.nextLong(), 36)).append("</p>\n");
    }
    return bytes(text.substring(0, length));
  }

  /** Every byte, the small ones far more often: literals with long codes. */
  private static byte[] skewed(int length, Random random) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      double g = Math.abs(random.nextGaussian());
      bytes[i] = (byte) (g * g * 12);
    }
    return bytes;
  }

  private static byte[] letters(int length, Random random) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) "ACGT".charAt(random.nextInt(4));
    }
    return bytes;
  }

  /** So few symbols that their weights are written as they are. */
  static byte[] numbers(int length, Random random) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) Integer.numberOfTrailingZeros(random.nextInt() | 1 << 9);
    }
    return bytes;
  }

  /** Columns of one width, so that offsets repeat. */
  private static byte[] records(int count, Random random) {
    byte[] bytes = new byte[count * 24];
    for (int i = 0; i < count; i++) {
      for (int at = 0; at < 4; at++) {
        bytes[i * 24 + at] = (byte) (i >> 8 * at);
      }
      bytes[i * 24 + 9] = (byte) random.nextInt(3);
      bytes[i * 24 + 17] = (byte) random.nextInt();
    }
    return bytes;
  }

  private static byte[] mixed(Random random) {
    byte[] bytes = new byte[1_500_000];
    int at = 0;
    while (at < bytes.length) {
      byte[] part =
          switch (random.nextInt(4)) {
            case 0 -> noise(1 + random.nextInt(200_000), random);
            case 1 -> text(1 + random.nextInt(200_000), random);
            case 2 -> new byte[1 + random.nextInt(300_000)];
            default -> letters(1 + random.nextInt(50_000), random);
          };
      int count = Math.min(part.length, bytes.length - at);
      System.arraycopy(part, 0, bytes, at, count);
      at += count;
    }
    // Something far away, for long offsets.
    System.arraycopy(bytes, 1000, bytes, bytes.length - 60_000, 50_000);
    return bytes;
  }
}
