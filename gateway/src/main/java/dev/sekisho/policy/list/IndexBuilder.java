package dev.sekisho.policy.list;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects (hash, token) pairs and brings them into the order of the index. Sorting goes by
 * buckets: the high bits of a good hash spread evenly, so one counting pass puts every pair near
 * its place and an insertion sort of a few does the rest. That is faster than sorting objects by an
 * order of magnitude, and the buckets are the index's own first level.
 */
final class IndexBuilder {
  /** What a token says of its entry, in its two low bits; the list's number is above them. */
  static final int EXACT = 0;

  static final int BELOW = 1;
  static final int HAS_URLS = 2;
  static final int URL = 3;

  private static final int MOST_ENTRIES = 200_000_000;

  private long[] hashes = new long[1 << 12];
  private int[] tokens = new int[1 << 12];
  private int count;
  private int parents;

  void add(long hash, int list, int kind) {
    if (count == hashes.length) {
      if (count >= MOST_ENTRIES) {
        throw new IllegalStateException(
            "the lists have more than " + MOST_ENTRIES + " entries together");
      }
      int larger = Math.min(MOST_ENTRIES, count + (count >> 1));
      hashes = Arrays.copyOf(hashes, larger);
      tokens = Arrays.copyOf(tokens, larger);
    }
    hashes[count] = hash;
    tokens[count++] = list << 2 | kind;
  }

  /** There is an entry of so many labels that stands for everything below it. */
  void parent(int labels) {
    parents |= parentBit(labels);
  }

  /** A bit for each number of labels; the highest stands for all the greater ones. */
  static int parentBit(int labels) {
    return 1 << Math.min(labels, 31);
  }

  int count() {
    return count;
  }

  /**
   * What the index file holds.
   *
   * @param starts where each bucket of the high bits begins in {@code keys}; one more than there
   *     are buckets
   * @param keys every hash once, ascending as unsigned numbers
   * @param sets for each key the number of its set of tokens
   * @param setStarts where each set begins in {@code tokens}; one more than there are sets
   */
  record Sorted(
      int bits,
      int[] starts,
      long[] keys,
      int[] sets,
      int[] setStarts,
      int[] tokens,
      int size,
      int parents) {}

  Sorted sorted() {
    int bits = bits(count);
    int buckets = 1 << bits;
    int[] starts = new int[buckets + 1];
    for (int i = 0; i < count; i++) {
      starts[bucket(hashes[i], bits) + 1]++;
    }
    for (int b = 0; b < buckets; b++) {
      starts[b + 1] += starts[b];
    }
    long[] keys = new long[count];
    int[] values = new int[count];
    int[] next = Arrays.copyOf(starts, buckets);
    for (int i = 0; i < count; i++) {
      int to = next[bucket(hashes[i], bits)]++;
      keys[to] = hashes[i];
      values[to] = tokens[i];
    }
    hashes = new long[0];
    tokens = new int[0];
    for (int b = 0; b < buckets; b++) {
      sort(keys, values, starts[b], starts[b + 1]);
    }
    return merged(bits, starts, keys, values, parents);
  }

  /** One entry per key: the tokens of equal keys become a set, and equal sets are kept once. */
  private static Sorted merged(int bits, int[] starts, long[] keys, int[] values, int parents) {
    TokenSets sets = new TokenSets();
    int[] merged = new int[starts.length];
    int size = 0;
    int from = 0;
    int bucket = 0;
    while (from < keys.length) {
      int to = from + 1;
      while (to < keys.length && keys[to] == keys[from]) {
        to++;
      }
      while (bucket <= bucket(keys[from], bits)) {
        merged[bucket++] = size;
      }
      // in place: size never overtakes from
      int set = sets.of(values, from, to);
      keys[size] = keys[from];
      values[size++] = set;
      from = to;
    }
    Arrays.fill(merged, bucket, merged.length, size);
    return new Sorted(bits, merged, keys, values, sets.starts(), sets.tokens(), size, parents);
  }

  /** Two to four keys to a bucket. */
  private static int bits(int count) {
    int bits = 32 - Integer.numberOfLeadingZeros(Math.max(count, 4) / 4);
    return Math.min(bits, 24);
  }

  static int bucket(long hash, int bits) {
    return (int) (hash >>> (64 - bits));
  }

  private static void sort(long[] keys, int[] values, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      long key = keys[i];
      int value = values[i];
      int j = i - 1;
      while (j >= from && after(keys[j], values[j], key, value)) {
        keys[j + 1] = keys[j];
        values[j + 1] = values[j];
        j--;
      }
      keys[j + 1] = key;
      values[j + 1] = value;
    }
  }

  private static boolean after(long key, int value, long otherKey, int otherValue) {
    int order = Long.compareUnsigned(key, otherKey);
    return order > 0 || (order == 0 && value > otherValue);
  }

  /**
   * Numbers sets of tokens; a set of one, by far the most common, is found without making an
   * object.
   */
  private static final class TokenSets {
    private final Map<String, Integer> numbers = new HashMap<>();
    private int[] single = new int[64];
    private int[] starts = new int[64];
    private int[] tokens = new int[64];
    private int sets;
    private int used;

    int of(int[] values, int from, int to) {
      int first = values[from];
      if (values[to - 1] == first) {
        if (first >= single.length) {
          single = Arrays.copyOf(single, Math.max(first + 1, 2 * single.length));
        }
        if (single[first] == 0) {
          single[first] = put(values, from, from + 1) + 1;
        }
        return single[first] - 1;
      }
      StringBuilder name = new StringBuilder();
      for (int i = from; i < to; i++) {
        if (i == from || values[i] != values[i - 1]) {
          name.append((char) (values[i] >>> 16)).append((char) values[i]);
        }
      }
      return numbers.computeIfAbsent(name.toString(), _ -> put(values, from, to));
    }

    private int put(int[] values, int from, int to) {
      if (sets + 1 >= starts.length) {
        starts = Arrays.copyOf(starts, 2 * starts.length);
      }
      for (int i = from; i < to; i++) {
        if (i > from && values[i] == values[i - 1]) {
          continue;
        }
        if (used == tokens.length) {
          tokens = Arrays.copyOf(tokens, 2 * tokens.length);
        }
        tokens[used++] = values[i];
      }
      starts[sets + 1] = used;
      return sets++;
    }

    int[] starts() {
      return Arrays.copyOf(starts, sets + 1);
    }

    int[] tokens() {
      return Arrays.copyOf(tokens, used);
    }
  }
}
