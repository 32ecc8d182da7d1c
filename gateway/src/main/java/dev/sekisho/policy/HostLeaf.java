package dev.sekisho.policy;

import java.util.List;

/**
 * {@code to.host}: names, names with everything below them, addresses as the client wrote them.
 * Known from the start.
 */
record HostLeaf(HostTable table, List<HostPattern> patterns) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    return Truth.of(table.has(view));
  }

  @Override
  public int groups() {
    return 0;
  }

  @Override
  public String field() {
    return "to.host";
  }

  @Override
  public String expected() {
    return Texts.some(patterns);
  }

  @Override
  public String value(Seen seen) {
    return seen.hostText;
  }
}
