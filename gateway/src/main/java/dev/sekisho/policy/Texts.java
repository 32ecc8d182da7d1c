package dev.sekisho.policy;

import java.util.Collection;
import java.util.stream.Collectors;

/** How values are shown to people. */
final class Texts {
  private static final int SHOWN = 4;
  private static final int MOST = 120;

  private Texts() {}

  /** The first few values, and how many more there are. */
  static String some(Collection<?> values) {
    String first =
        values.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
    String more = values.size() > SHOWN ? ", and " + (values.size() - SHOWN) + " more" : "";
    return values.size() == 1 ? first : "[" + first + more + "]";
  }

  /**
   * Text from outside, short and without control characters, so that it cannot disturb a terminal
   * or a log.
   */
  static String safe(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= MOST ? clean : clean.substring(0, MOST) + "…";
  }
}
