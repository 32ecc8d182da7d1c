package dev.sekisho.policy;

import java.util.List;

/**
 * The lists and categories by number, with how long what is known of each can be trusted.
 *
 * @param entries lists first, then categories
 */
record Catalogue(List<Entry> entries) {
  enum Kind {
    LIST,
    CATEGORY
  }

  /**
   * @param trustedUntil microseconds since 1970; after that, whether a name is in the list cannot
   *     be known. {@link #ALWAYS} for a file, {@link #NEVER} for a list that could not be fetched
   *     yet
   */
  record Entry(Kind kind, String name, long trustedUntil) {}

  static final long ALWAYS = Long.MAX_VALUE;
  static final long NEVER = Long.MIN_VALUE;

  int size() {
    return entries.size();
  }

  /** Whether the list is older than it may be. */
  boolean stale(int list, long timeMicros) {
    return timeMicros > entries.get(list).trustedUntil();
  }

  /** The lists that can become stale. */
  int[] perishable() {
    return java.util.stream.IntStream.range(0, size())
        .filter(i -> entries.get(i).trustedUntil() != ALWAYS)
        .toArray();
  }
}
