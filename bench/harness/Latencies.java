package harness;

import java.util.Arrays;

/** How long requests took, in nanoseconds; grows without boxing. */
final class Latencies {
  private long[] values = new long[1 << 14];
  private int count;

  void add(long nanos) {
    if (count == values.length) {
      values = Arrays.copyOf(values, count * 2);
    }
    values[count++] = nanos;
  }

  void clear() {
    count = 0;
  }

  /** By nearest rank, in microseconds. */
  double micros(double share) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(share * count) - 1)] / 1e3;
  }
}
