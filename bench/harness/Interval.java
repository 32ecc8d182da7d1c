package harness;

import java.util.Arrays;
import java.util.Locale;

/**
 * The median of some samples with a confidence interval made of two of the samples themselves.
 * Nothing is assumed about their distribution: the true median lies between the k-th smallest and
 * the k-th largest of n unless fewer than k of n fair coins fall on one side, so {@code coverage =
 * 1 - 2 P(Binomial(n, 1/2) < k)}. The largest k that still covers 95 per cent is taken; with fewer
 * than six samples none does, and the whole range is given with the coverage it has.
 */
record Interval(double median, double low, double high, double coverage, int samples) {
  static final double ENOUGH = 0.95;

  static Interval of(double... samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    int k = 1;
    while (k + 1 <= n / 2 && coverage(n, k + 1) >= ENOUGH) {
      k++;
    }
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    return new Interval(median, sorted[k - 1], sorted[n - k], coverage(n, k), n);
  }

  /** What happened, as a peak of one run did: there is nothing to estimate. */
  static Interval observed(double value) {
    return new Interval(value, value, value, 1, 1);
  }

  /**
   * {@code numerator[i] / denominator[i]}, pair by pair, so that what slows the whole machine for a
   * while cancels out.
   */
  static Interval ofRatios(double[] numerator, double[] denominator) {
    double[] ratios = new double[numerator.length];
    Arrays.setAll(ratios, i -> numerator[i] / denominator[i]);
    return of(ratios);
  }

  private static double coverage(int n, int k) {
    double below = 0;
    double ways = 1;
    for (int i = 0; i < k; i++) {
      below += ways;
      ways = ways * (n - i) / (i + 1);
    }
    return 1 - 2 * below / Math.pow(2, n);
  }

  String text(String unit) {
    String range = samples == 1 ? "" : " [%s, %s]".formatted(number(low), number(high));
    return number(median) + range + (unit.isEmpty() ? "" : " " + unit);
  }

  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }
}
