package dev.sekisho.policy;

import java.util.Set;
import java.util.TreeSet;

/** {@code who.users}: compared as written, upper and lower case apart, as identity gives them. */
record UserLeaf(Set<String> users) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.who != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.WHO, seen.who);
    }
    return Truth.of(seen.user != null && users.contains(seen.user));
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.WHO);
  }

  @Override
  public String field() {
    return "who.users";
  }

  @Override
  public String expected() {
    return Texts.some(new TreeSet<>(users));
  }

  @Override
  public String value(Seen seen) {
    return seen.user == null ? "nobody" : seen.user;
  }
}
