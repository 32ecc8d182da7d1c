package dev.sekisho.policy;

import java.util.List;
import java.util.TreeSet;

/** {@code who.groups}: the user is in any of them. */
record GroupLeaf(List<String> groupNames) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.who != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.WHO, seen.who);
    }
    for (int i = 0; i < groupNames.size(); i++) {
      if (seen.groups.contains(groupNames.get(i))) {
        return Truth.TRUE;
      }
    }
    return Truth.FALSE;
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.WHO);
  }

  @Override
  public String field() {
    return "who.groups";
  }

  @Override
  public String expected() {
    return Texts.some(groupNames);
  }

  @Override
  public String value(Seen seen) {
    return seen.groups.isEmpty() ? "no group" : Texts.some(new TreeSet<>(seen.groups));
  }
}
