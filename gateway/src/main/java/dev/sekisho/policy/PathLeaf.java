package dev.sekisho.policy;

import java.util.List;
import java.util.function.Predicate;

/**
 * {@code to.path}: an allow rule needs every reading of the path to match, a deny rule holds when
 * any does.
 */
record PathLeaf(List<PathPattern> patterns) implements Leaf, Predicate<String> {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.request != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.REQUEST, seen.request);
    }
    return switch (sense) {
      case ALLOW -> Truth.of(view.readings().every(this));
      case DENY -> Truth.of(view.readings().any(this));
    };
  }

  /** Whether one reading matches any of the patterns. */
  @Override
  public boolean test(String reading) {
    for (int i = 0; i < patterns.size(); i++) {
      if (patterns.get(i).matches(reading)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.REQUEST);
  }

  @Override
  public String field() {
    return "to.path";
  }

  @Override
  public String expected() {
    return Texts.some(patterns);
  }

  @Override
  public String value(Seen seen) {
    return Texts.safe(String.valueOf(seen.path));
  }
}
