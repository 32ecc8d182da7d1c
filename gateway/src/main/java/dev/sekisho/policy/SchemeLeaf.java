package dev.sekisho.policy;

import java.util.Set;
import java.util.TreeSet;

/** {@code to.scheme}: {@code http} or {@code https}. */
record SchemeLeaf(Set<String> schemes) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.request != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.REQUEST, seen.request);
    }
    return Truth.of(seen.scheme != null && schemes.contains(seen.scheme));
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.REQUEST);
  }

  @Override
  public String field() {
    return "to.scheme";
  }

  @Override
  public String expected() {
    return Texts.some(new TreeSet<>(schemes));
  }

  @Override
  public String value(Seen seen) {
    return String.valueOf(seen.scheme);
  }
}
