package harness;

/**
 * What a figure must reach. The whole interval must be on the right side of it, not only the
 * median.
 */
record Bar(String text, Side side, double value) {
  enum Side {
    AT_LEAST,
    AT_MOST
  }

  enum Outcome {
    PASSED("passed"),
    NOT_PASSED("**not passed**"),
    TOO_FEW_SAMPLES("not judged: too few samples"),
    UNDECIDED("undecided: the interval holds the bar"),
    NOT_MEASURED("**not measured**"),
    FOR_COMPARISON("for comparison");

    final String text;

    Outcome(String text) {
      this.text = text;
    }
  }

  static Bar atLeast(double value, String text) {
    return new Bar(text, Side.AT_LEAST, value);
  }

  static Bar atMost(double value, String text) {
    return new Bar(text, Side.AT_MOST, value);
  }

  Outcome judge(Interval measured) {
    if (measured.coverage() < Interval.ENOUGH) {
      return Outcome.TOO_FEW_SAMPLES;
    }
    double worst = side == Side.AT_LEAST ? measured.low() : -measured.high();
    double best = side == Side.AT_LEAST ? measured.high() : -measured.low();
    double needed = side == Side.AT_LEAST ? value : -value;
    if (worst >= needed) {
      return Outcome.PASSED;
    }
    return best < needed ? Outcome.NOT_PASSED : Outcome.UNDECIDED;
  }
}
