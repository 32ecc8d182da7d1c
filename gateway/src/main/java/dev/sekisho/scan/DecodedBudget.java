package dev.sekisho.scan;

/** What the codings of one body may still give, all of them together, in one pass over it. */
final class DecodedBudget {
  private final DecodedLimits limits;
  private final long length;
  private long left;

  /**
   * @param length of the body as it was sent
   */
  DecodedBudget(DecodedLimits limits, long length) {
    this.limits = limits;
    this.length = length;
    this.left = limits.limit();
  }

  /** The most that one coding may give. */
  long each() {
    return limits.byRatio(length);
  }

  long left() {
    return left;
  }

  void gave(long bytes) {
    left -= bytes;
  }

  /**
   * @param coding as written in Content-Encoding
   */
  FaultException limitReached(String coding) {
    return new FaultException(
        Verdict.Reason.TOO_BIG,
        "With "
            + coding
            + " undone it is longer than "
            + Size.text(limits.limit())
            + " (scan.decoded.limit); no more was scanned.");
  }

  /**
   * @param coding as written in Content-Encoding
   */
  FaultException ratioReached(String coding) {
    return new FaultException(
        Verdict.Reason.TOO_BIG,
        "With "
            + coding
            + " undone it is longer than "
            + limits.ratio()
            + " times the "
            + length
            + " bytes that were sent (scan.decoded.ratio); no more was scanned.");
  }
}
