package dev.sekisho.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The rules, and which of them can hold for a request at all. A rule that names hosts is found by
 * the host, one that names lists by the lists that have the host, one that names devices by the
 * client's device; only the others are looked at every time. What is left out is false for certain,
 * so walking the candidates in order is walking the list.
 */
final class RuleIndex {
  private final List<Rule> rules;
  private final HostTable hosts;
  private final Condition.All[] open;
  private final int[][] byList;
  private final int[][] byDevice;
  private final int[] others;
  private final int[] perishable;

  RuleIndex(List<Rule> rules, Tables tables) {
    this.rules = rules;
    this.open = rules.stream().map(RuleIndex::open).toArray(Condition.All[]::new);
    List<HostTable.Entry> hostEntries = new ArrayList<>();
    Buckets lists = new Buckets(tables.catalogue().size());
    Buckets devices = new Buckets(tables.devices().size());
    Buckets rest = new Buckets(1);
    for (Rule rule : rules) {
      switch (key(rule)) {
        case HostLeaf leaf ->
            leaf.patterns()
                .forEach(pattern -> hostEntries.add(new HostTable.Entry(pattern, rule.number())));
        case ListLeaf leaf -> lists.add(leaf.numbers(), rule.number());
        case DeviceLeaf leaf -> devices.add(leaf.numbers(), rule.number());
        case Condition _ -> rest.add(new int[] {0}, rule.number());
      }
    }
    this.hosts = HostTable.of(tables.hash(), hostEntries);
    this.byList = lists.arrays();
    this.byDevice = devices.arrays();
    this.others = rest.arrays()[0];
    this.perishable = tables.catalogue().perishable();
  }

  /**
   * The condition by which the rule is found: the most telling of those that have to hold; the
   * whole when there is none.
   */
  private static Condition key(Rule rule) {
    Condition best = rule.condition();
    for (Condition one : rule.condition().conditions()) {
      if (rank(one) > rank(best)) {
        best = one;
      }
    }
    return best;
  }

  /**
   * What is left to ask of a rule that was found: by its host or device, that condition is true. A
   * list may be there because nobody can know, so it is asked again.
   */
  private static Condition.All open(Rule rule) {
    Condition key = key(rule);
    return switch (key) {
      case HostLeaf _, DeviceLeaf _ ->
          new Condition.All(
              rule.condition().conditions().stream().filter(one -> one != key).toList());
      case Condition _ -> rule.condition();
    };
  }

  private static int rank(Condition condition) {
    return switch (condition) {
      case HostLeaf _ -> 3;
      case ListLeaf _ -> 2;
      case DeviceLeaf _ -> 1;
      case Condition _ -> 0;
    };
  }

  private record Buckets(List<List<Integer>> numbers) {
    Buckets(int count) {
      this(IntStream.range(0, count).<List<Integer>>mapToObj(_ -> new ArrayList<>()).toList());
    }

    void add(int[] keys, int number) {
      for (int key : Arrays.stream(keys).distinct().toArray()) {
        numbers.get(key).add(number);
      }
    }

    int[][] arrays() {
      return numbers.stream()
          .map(all -> all.stream().mapToInt(Integer::intValue).toArray())
          .toArray(int[][]::new);
    }
  }

  Rule rule(int number) {
    return rules.get(number);
  }

  /** What a rule is that was found for what is seen. */
  Truth test(Rule rule, View view) {
    return rule.test(open[rule.number()], view);
  }

  List<Rule> rules() {
    return rules;
  }

  /** Puts the rules that may hold for what is seen into the candidates. */
  void find(View view, Candidates candidates) {
    candidates.clear();
    candidates.add(others);
    findByHost(view, candidates);
    for (int device = 0; device < byDevice.length; device++) {
      if (byDevice[device].length > 0 && view.tables().devices().has(device, view.seen().client)) {
        candidates.add(byDevice[device]);
      }
    }
    if (byList.length > 0) {
      findByList(view, candidates);
    }
  }

  private void findByHost(View view, Candidates candidates) {
    String host = view.seen().hostText;
    int labels = view.labels();
    for (int i = 0; i < labels; i++) {
      int slot = hosts.find(view.hash(i), host, view.start(i));
      if (slot >= 0) {
        candidates.add(hosts.below(slot));
        if (i == labels - 1) {
          candidates.add(hosts.exact(slot));
        }
      }
    }
  }

  private void findByList(View view, Candidates candidates) {
    long[] members = view.members();
    long[] withUrls = view.withUrls();
    for (int word = 0; word < members.length; word++) {
      for (long left = members[word] | withUrls[word]; left != 0; left &= left - 1) {
        candidates.add(byList[(word << 6) + Long.numberOfTrailingZeros(left)]);
      }
    }
    // what cannot be known may be so
    for (int list : perishable) {
      if (view.tables().catalogue().stale(list, view.seen().timeMicros)) {
        candidates.add(byList[list]);
      }
    }
  }
}
