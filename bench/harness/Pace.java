package harness;

/**
 * How long and how often to measure. Nine pairs, because the second smallest to the second largest
 * of nine ratios holds the true median with 96 per cent; seven (the least the bars allow) would
 * need the whole range.
 */
record Pace(
    String name,
    int pairs,
    double windowSeconds,
    double warmUpSeconds,
    long bytesPerTunnel,
    int tunnels,
    int starts,
    Scanned scanned,
    String jmh) {
  /**
   * Bodies that are scanned.
   *
   * @param large bytes of one that is downloaded alone
   * @param many how many of 50 MB are downloaded at once
   * @param crowd how many of {@code huge} bytes are downloaded at once
   * @param spool bytes of disk to hold those
   */
  record Scanned(long large, int many, int crowd, long huge, long spool) {}

  static final Pace FULL =
      new Pace(
          "full",
          9,
          3,
          60,
          512L << 20,
          4000,
          7,
          new Scanned(200_000_000, 200, 100, 1 << 30, 4L << 30),
          "-f 1 -wi 5 -w 2s -i 7 -r 2s");
  static final Pace QUICK =
      new Pace(
          "quick",
          3,
          1,
          8,
          64L << 20,
          1000,
          2,
          new Scanned(50_000_000, 10, 10, 256 << 20, 2L << 30),
          "-f 1 -wi 1 -w 500ms -i 2 -r 500ms -p names=200000");
}
