package dev.sekisho.policy.list;

import java.util.List;

/**
 * What of one source could not be used.
 *
 * @param count how many lines
 * @param first the first few of them
 */
record BadLines(String label, long count, List<BadLine> first) {
  /** How many are told one by one. */
  static final int SHOWN = 3;

  /**
   * @param reason a phrase that fits after "because"
   */
  record BadLine(int line, String reason) {}
}
