package dev.sekisho.policy.list;

import dev.sekisho.net.Cidr;
import java.util.ArrayList;
import java.util.List;

/** What reading the sources collects: names for the index, ranges, and what could not be used. */
final class Compilation {
  /** A range that is in a list. */
  record Range(int list, Cidr cidr) {}

  private final IndexBuilder names = new IndexBuilder();
  private final List<Range> ranges = new ArrayList<>();

  void name(long hash, int list, int kind) {
    names.add(hash, list, kind);
  }

  /** A name that stands for everything below it too. */
  void below(long hash, int list, int labels) {
    names.add(hash, list, IndexBuilder.BELOW);
    names.parent(labels);
  }

  void range(int list, Cidr cidr) {
    ranges.add(new Range(list, cidr));
  }

  IndexBuilder names() {
    return names;
  }

  List<Range> ranges() {
    return ranges;
  }
}
