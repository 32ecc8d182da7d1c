package dev.sekisho.policy;

import java.util.Set;
import java.util.TreeSet;

/** {@code method}: compared as written; methods are case-sensitive (RFC 9110 §9.1). */
record MethodLeaf(Set<String> methods) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.request != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.REQUEST, seen.request);
    }
    return Truth.of(seen.method != null && methods.contains(seen.method));
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.REQUEST);
  }

  @Override
  public String field() {
    return "method";
  }

  @Override
  public String expected() {
    return Texts.some(new TreeSet<>(methods));
  }

  @Override
  public String value(Seen seen) {
    return Texts.safe(String.valueOf(seen.method));
  }
}
