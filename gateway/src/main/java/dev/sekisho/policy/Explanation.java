package dev.sekisho.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The whole walk, for {@code sekisho explain} and the console: every rule in order with what each
 * of its conditions was, and the decision, which is the one that {@link Policy#decide} gives.
 */
public record Explanation(Decision decision, Seal seal, List<Step> steps) {
  /** What became of a rule. */
  public enum Fate {
    /** False: the walk went on. */
    PASSED,
    /** Unknown yet: the walk went on, remembering it. */
    SET_ASIDE,
    /** It ended the walk. */
    ENDED,
    /** It would have ended the walk, but only observes. */
    OBSERVED,
    /** The walk had ended before. */
    NOT_REACHED
  }

  /** One rule. */
  public record Step(String rule, String action, Fate fate, Truth truth, List<Part> parts) {}

  /**
   * One condition of a rule.
   *
   * @param depth how many {@code not:} blocks it stands in
   * @param text field and values as configured
   * @param value what was compared; empty when it is not known
   */
  public record Part(int depth, String text, Truth truth, String value) {}

  /** The walk as lines of text. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    switch (seal) {
      case Seal.Sealed sealed ->
          lines.add("inspect.never: '" + sealed.rule() + "' keeps the connection sealed");
      case Seal.Learn learn ->
          lines.add(
              "inspect.never: '"
                  + learn.rule()
                  + "' cannot be told before "
                  + Needs.phrase(learn.need()));
      case Seal.Open _ -> {
        // nothing to tell
      }
    }
    int number = 1;
    for (Step step : steps) {
      lines.add(
          String.format("%3d  %-5s  %s  (%s)", number++, step.action(), step.rule(), fate(step)));
      if (step.fate() != Fate.NOT_REACHED) {
        step.parts().forEach(part -> lines.add(line(part)));
      }
    }
    lines.add("");
    lines.add(
        switch (decision) {
          case Decision.Allow _ -> "allow: " + decision.reason();
          case Decision.Deny _ -> "deny: " + decision.reason();
          case Decision.Learn learn ->
              "learn " + Needs.word(learn.need()) + ": " + decision.reason();
        });
    if (decision instanceof Decision.Allow allow) {
      allow
          .obligations()
          .deliver()
          .ifPresent(how ->
              lines.add(
                  "deliver: "
                      + how.name().toLowerCase(Locale.ROOT)
                      + ", unless a line of scan.rules says otherwise"));
    }
    decision.observed().forEach(one -> lines.add("observed: " + one));
    return lines;
  }

  private static String fate(Step step) {
    String unknowable = step.truth() == Truth.UNKNOWABLE ? "unknowable: " : "";
    return switch (step.fate()) {
      case PASSED -> unknowable + "does not hold";
      case SET_ASIDE -> "set aside, needs " + missing(step.truth());
      case ENDED -> unknowable + "holds";
      case OBSERVED -> unknowable + "would hold, only observes";
      case NOT_REACHED -> "not reached";
    };
  }

  private static String line(Part part) {
    String value = part.value().isEmpty() ? "" : ", found " + part.value();
    return "       " + "  ".repeat(part.depth()) + part.text() + ": " + state(part.truth()) + value;
  }

  private static String state(Truth truth) {
    return switch (truth.kind()) {
      case TRUE -> "true";
      case FALSE -> "false";
      case UNKNOWN -> "unknown yet (" + missing(truth) + ")";
      case UNKNOWABLE -> "unknowable";
    };
  }

  private static String missing(Truth truth) {
    return truth.missing().stream().map(Needs::word).collect(Collectors.joining(", "));
  }
}
