package dev.sekisho.policy;

import java.util.List;

/** {@code to.port}: numbers and ranges. Known from the start. */
record PortLeaf(List<Range> ranges) implements Leaf {
  record Range(int from, int to) {
    @Override
    public String toString() {
      return from == to ? String.valueOf(from) : from + "-" + to;
    }
  }

  @Override
  public Truth test(View view, Sense sense) {
    int port = view.seen().port;
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      if (range.from <= port && port <= range.to) {
        return Truth.TRUE;
      }
    }
    return Truth.FALSE;
  }

  @Override
  public int groups() {
    return 0;
  }

  @Override
  public String field() {
    return "to.port";
  }

  @Override
  public String expected() {
    return Texts.some(ranges);
  }

  @Override
  public String value(Seen seen) {
    return String.valueOf(seen.port);
  }
}
