package dev.sekisho.policy;

import dev.sekisho.net.IpAddress;
import dev.sekisho.net.PathReadings;
import dev.sekisho.policy.list.NameHash;
import dev.sekisho.policy.list.NameIndex;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What conditions look at: the facts seen, and what follows from them, worked out when first asked
 * for and then kept for the rest of the decision (which lists have the host, which readings the
 * path has). One per thread, used again and again, so that a decision leaves nothing behind but
 * itself.
 */
final class View {
  private final Tables tables;
  private final long[] hashes = new long[NameHash.MOST_LABELS];
  private final int[] scratch = new int[NameHash.MOST_LABELS];
  private final int[] starts = new int[NameHash.MOST_LABELS];
  private final long[] prefixes = new long[NameIndex.MOST_PREFIXES];
  private final long[] members;
  private final long[] withUrls;
  private final long[] anyReading;
  private final long[] everyReading;
  private final long[] oneReading;
  private final Candidates candidates = new Candidates();
  private final Walk walk = new Walk();

  private @Nullable Seen seen;
  private int labels;
  private Kept listed = Kept.NOTHING;
  private @Nullable PathReadings readings;

  /** How much of what the lists say is worked out. */
  private enum Kept {
    NOTHING,
    NAMES,
    URLS
  }

  View(Tables tables) {
    this.tables = tables;
    int words = (tables.catalogue().size() + 63) >>> 6;
    members = new long[words];
    withUrls = new long[words];
    anyReading = new long[words];
    everyReading = new long[words];
    oneReading = new long[words];
  }

  /** Looks at other facts; nothing of the former ones is kept. */
  View look(Seen at) {
    seen = at;
    listed = Kept.NOTHING;
    readings = null;
    if (at.host instanceof IpAddress) {
      hashes[0] = tables.hash().of(at.hostText);
      starts[0] = 0;
      labels = 1;
    } else {
      labels = tables.hash().suffixes(at.hostText, hashes, starts);
    }
    return this;
  }

  Seen seen() {
    if (seen == null) {
      throw new IllegalStateException("looked at before there was anything to see");
    }
    return seen;
  }

  Tables tables() {
    return tables;
  }

  Candidates candidates() {
    return candidates;
  }

  /** The walk of this thread, at its beginning. */
  Walk walk() {
    return walk.begin();
  }

  /** How many suffixes the host has; an address has itself alone. */
  int labels() {
    return labels;
  }

  /** The hash of the suffix with {@code i + 1} labels. */
  long hash(int i) {
    return hashes[i];
  }

  int start(int i) {
    return starts[i];
  }

  /** A bit for each list that has the host. */
  long[] members() {
    names();
    return members;
  }

  /** A bit for each list that has URLs of this host. */
  long[] withUrls() {
    names();
    return withUrls;
  }

  boolean member(int list) {
    return bit(members(), list);
  }

  boolean hasUrls(int list) {
    return bit(withUrls(), list);
  }

  /**
   * Whether the list has the URL asked for: by every reading of its path, or by any. The request
   * must be known.
   */
  boolean url(int list, Sense sense) {
    urls();
    return switch (sense) {
      case ALLOW -> bit(everyReading, list);
      case DENY -> bit(anyReading, list);
    };
  }

  /** The readings of the path; the request must be known. */
  PathReadings readings() {
    PathReadings known = readings;
    if (known == null) {
      known = PathReadings.of(String.valueOf(seen().path));
      readings = known;
    }
    return known;
  }

  private static boolean bit(long[] bits, int list) {
    return (bits[list >>> 6] & 1L << list) != 0;
  }

  private void names() {
    if (listed != Kept.NOTHING) {
      return;
    }
    listed = Kept.NAMES;
    Arrays.fill(members, 0);
    Arrays.fill(withUrls, 0);
    tables.lists().index().names(hashes, scratch, labels, members, withUrls);
    if (seen().host instanceof IpAddress address) {
      tables.lists().ranges(address, members);
    }
  }

  private void urls() {
    names();
    if (listed == Kept.URLS) {
      return;
    }
    listed = Kept.URLS;
    Arrays.fill(anyReading, 0);
    Arrays.fill(everyReading, -1L);
    PathReadings all = readings();
    if (!all.complete()) {
      Arrays.fill(anyReading, -1L);
      Arrays.fill(everyReading, 0);
      return;
    }
    all.every(this::take);
  }

  private boolean take(String reading) {
    Arrays.fill(oneReading, 0);
    tables.lists().index().urls(hashes[labels - 1], reading, seen().query, prefixes, oneReading);
    for (int word = 0; word < oneReading.length; word++) {
      anyReading[word] |= oneReading[word];
      everyReading[word] &= oneReading[word];
    }
    return true;
  }
}
