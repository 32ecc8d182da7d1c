package dev.sekisho.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects every problem of a configuration, so that an operator sees all of them at once and not
 * one per attempt.
 */
public final class Problems {
  private final List<Problem> all = new ArrayList<>();

  public void error(Mark mark, String message) {
    all.add(new Problem(Problem.Severity.ERROR, mark, message));
  }

  public void warning(Mark mark, String message) {
    all.add(new Problem(Problem.Severity.WARNING, mark, message));
  }

  public boolean hasErrors() {
    return all.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
  }

  /** Every problem in the order in which it was found. */
  public List<Problem> all() {
    return List.copyOf(all);
  }
}
