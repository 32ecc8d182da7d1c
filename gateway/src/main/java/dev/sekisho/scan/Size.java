package dev.sekisho.scan;

/** Bytes in the words of the configuration. */
final class Size {
  private Size() {}

  /** The largest unit that divides it: {@code 8MiB}, {@code 1536KiB}, {@code 1000}. */
  static String text(long bytes) {
    if (bytes == 0) {
      return "0";
    }
    if (bytes % (1L << 30) == 0) {
      return (bytes >> 30) + "GiB";
    }
    if (bytes % (1L << 20) == 0) {
      return (bytes >> 20) + "MiB";
    }
    return bytes % 1024 == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
  }
}
