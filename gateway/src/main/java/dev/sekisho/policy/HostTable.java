package dev.sekisho.policy;

import dev.sekisho.net.IpAddress;
import dev.sekisho.policy.list.NameHash;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers by host name, found without making an object: an open-addressing table of keyed hashes,
 * each hit verified against the name itself. A name may have numbers for itself and others for
 * everything at and below it.
 */
final class HostTable {
  private static final int[] NONE = {};

  private final long[] hashes;
  private final @Nullable String[] names;
  private final int[][] exact;
  private final int[][] below;

  private HostTable(int capacity) {
    hashes = new long[capacity];
    names = new String[capacity];
    exact = new int[capacity][];
    below = new int[capacity][];
    Arrays.fill(exact, NONE);
    Arrays.fill(below, NONE);
  }

  /** A name and its number. */
  record Entry(HostPattern pattern, int number) {}

  /** Numbers of one name must come in ascending order. */
  static HostTable of(NameHash hash, Collection<Entry> entries) {
    Map<HostPattern, int[]> numbers = new HashMap<>();
    for (Entry entry : entries) {
      numbers.merge(entry.pattern, new int[] {entry.number}, HostTable::joined);
    }
    HostTable table = new HostTable(Integer.highestOneBit(Math.max(4, numbers.size()) * 2) * 2);
    numbers.forEach((pattern, all) -> {
      int slot = table.place(hash.of(pattern.name()), pattern.name());
      switch (pattern.reach()) {
        case EXACT -> table.exact[slot] = all;
        case BELOW -> table.below[slot] = all;
      }
    });
    return table;
  }

  private static int[] joined(int[] before, int[] one) {
    if (before[before.length - 1] == one[0]) {
      return before;
    }
    int[] all = Arrays.copyOf(before, before.length + 1);
    all[before.length] = one[0];
    return all;
  }

  private int place(long hash, String name) {
    int slot = (int) hash & (names.length - 1);
    for (String there = names[slot]; there != null; there = names[slot]) {
      if (there.equals(name)) {
        return slot;
      }
      slot = (slot + 1) & (names.length - 1);
    }
    names[slot] = name;
    hashes[slot] = hash;
    return slot;
  }

  /** The slot of the part of the host that begins at {@code start}, or -1. */
  int find(long hash, String host, int start) {
    int slot = (int) hash & (names.length - 1);
    for (String name = names[slot]; name != null; name = names[slot]) {
      if (hashes[slot] == hash
          && name.length() == host.length() - start
          && host.startsWith(name, start)) {
        return slot;
      }
      slot = (slot + 1) & (names.length - 1);
    }
    return -1;
  }

  int[] exact(int slot) {
    return exact[slot];
  }

  int[] below(int slot) {
    return below[slot];
  }

  /** Whether the host, or where that is enough a parent of it, is in the table. */
  boolean has(View view) {
    String host = view.seen().hostText;
    int labels = view.labels();
    for (int i = 0; i < labels; i++) {
      int slot = find(view.hash(i), host, view.start(i));
      if (slot >= 0 && (below[slot].length > 0 || (i == labels - 1 && exact[slot].length > 0))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the address itself is written in the table. */
  boolean hasLiteral(NameHash hash, IpAddress address) {
    String text = address.text();
    return find(hash.of(text), text, 0) >= 0;
  }
}
