package dev.sekisho.net;

/** The encoding half of Punycode (RFC 3492 §6.3), with the parameters of IDNA (§5). */
final class Punycode {
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int INITIAL_BIAS = 72;
  private static final int INITIAL_N = 128;

  private Punycode() {}

  /**
   * @param label a few hundred characters at most, so that no sum here overflows
   */
  static void encode(String label, StringBuilder out) {
    int[] input = label.codePoints().toArray();
    int basic = 0;
    for (int c : input) {
      if (c < INITIAL_N) {
        out.append((char) c);
        basic++;
      }
    }
    if (basic > 0) {
      out.append('-');
    }
    int handled = basic;
    int n = INITIAL_N;
    int bias = INITIAL_BIAS;
    long delta = 0;
    while (handled < input.length) {
      int next = smallestFrom(n, input);
      delta += (long) (next - n) * (handled + 1);
      n = next;
      for (int c : input) {
        if (c < n) {
          delta++;
        } else if (c == n) {
          appendInteger(delta, bias, out);
          bias = adapt(delta, handled + 1, handled == basic ? DAMP : 2);
          delta = 0;
          handled++;
        }
      }
      delta++;
      n++;
    }
  }

  private static int smallestFrom(int n, int[] input) {
    int smallest = Integer.MAX_VALUE;
    for (int c : input) {
      if (c >= n && c < smallest) {
        smallest = c;
      }
    }
    return smallest;
  }

  private static void appendInteger(long value, int bias, StringBuilder out) {
    long rest = value;
    for (int k = BASE; ; k += BASE) {
      int threshold = Math.clamp(k - bias, T_MIN, T_MAX);
      if (rest < threshold) {
        out.append(digit((int) rest));
        return;
      }
      out.append(digit((int) (threshold + (rest - threshold) % (BASE - threshold))));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int adapt(long delta, int points, int damp) {
    long rest = delta / damp;
    rest += rest / points;
    int k = 0;
    while (rest > (BASE - T_MIN) * T_MAX / 2) {
      rest /= BASE - T_MIN;
      k += BASE;
    }
    return (int) (k + (BASE - T_MIN + 1) * rest / (rest + SKEW));
  }
}
