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
    String jmh) {
  static final Pace FULL =
      new Pace("full", 9, 3, 60, 512L << 20, 4000, 7, "-f 1 -wi 5 -w 2s -i 7 -r 2s");
  static final Pace QUICK =
      new Pace(
          "quick",
          3,
          1,
          8,
          64L << 20,
          1000,
          2,
          "-f 1 -wi 1 -w 500ms -i 2 -r 500ms -p names=200000");
}
