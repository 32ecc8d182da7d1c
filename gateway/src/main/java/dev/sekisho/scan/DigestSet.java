package dev.sekisho.scan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * SHA-256 digests, each with a name for the record. Open addressing in one array of longs, four to
 * a digest and at most half full, so that a million digests take 64 MiB at the most and no object
 * each. A digest is its own hash. Names are kept only where they were given.
 */
public final class DigestSet {
  static final DigestSet EMPTY = new Builder().build();

  private static final int LONGS = 4;
  private static final String UNNAMED = "listed by its SHA-256";

  private final long[] table;
  private final int size;
  private final Map<Long, String> names;

  private DigestSet(long[] table, int size, Map<Long, String> names) {
    this.table = table;
    this.size = size;
    this.names = names;
  }

  int size() {
    return size;
  }

  /** The name of what has this digest (32 bytes); empty when it is not listed. */
  Optional<String> find(byte[] digest) {
    long[] wanted = longs(digest);
    if (size == 0 || table[slot(table, wanted)] == 0) {
      return Optional.empty();
    }
    return Optional.of(names.getOrDefault(wanted[0], UNNAMED));
  }

  /**
   * Another one whenever a digest or a name is another. Digests are summed up, so that their order
   * in the lists does not matter.
   */
  String fingerprint() {
    long[] sums = new long[LONGS];
    for (int at = 0; at < table.length; at++) {
      sums[at % LONGS] += table[at];
    }
    MessageDigest sha256 = Sha256.begin();
    ByteBuffer numbers = ByteBuffer.allocate(Long.BYTES * LONGS);
    numbers.asLongBuffer().put(sums);
    sha256.update(numbers);
    new TreeMap<>(names)
        .forEach((digest, name) ->
            sha256.update((digest + " " + name + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(sha256.digest(), 0, 16);
  }

  private static long[] longs(byte[] digest) {
    long[] result = new long[LONGS];
    ByteBuffer.wrap(digest).asLongBuffer().get(result);
    // Zero marks a free slot. One digest in 2^64 begins so; it is kept under its neighbour's.
    result[0] = result[0] == 0 ? 1 : result[0];
    return result;
  }

  /** Where this digest is, or the free slot where it would be. */
  private static int slot(long[] table, long[] digest) {
    int slots = table.length / LONGS;
    int slot = (int) (digest[0] & (slots - 1));
    while (table[slot * LONGS] != 0 && !same(table, slot * LONGS, digest)) {
      slot = (slot + 1) & (slots - 1);
    }
    return slot * LONGS;
  }

  private static boolean same(long[] table, int at, long[] digest) {
    return table[at] == digest[0]
        && table[at + 1] == digest[1]
        && table[at + 2] == digest[2]
        && table[at + 3] == digest[3];
  }

  /** Takes digests one by one. */
  static final class Builder {
    private long[] table = new long[16 * LONGS];
    private int size;
    private final Map<Long, String> names = new HashMap<>();

    /**
     * @param digest 32 bytes
     * @param name empty where the list has none
     */
    void add(byte[] digest, String name) {
      if ((size + 1) * 2L * LONGS > table.length) {
        grow();
      }
      long[] added = longs(digest);
      int at = slot(table, added);
      if (table[at] == 0) {
        System.arraycopy(added, 0, table, at, LONGS);
        size++;
      }
      if (!name.isEmpty()) {
        names.putIfAbsent(added[0], name);
      }
    }

    DigestSet build() {
      return new DigestSet(table, size, Map.copyOf(names));
    }

    private void grow() {
      long[] larger = new long[Math.multiplyExact(table.length, 2)];
      long[] one = new long[LONGS];
      for (int at = 0; at < table.length; at += LONGS) {
        if (table[at] != 0) {
          System.arraycopy(table, at, one, 0, LONGS);
          System.arraycopy(one, 0, larger, slot(larger, one), LONGS);
        }
      }
      table = larger;
    }
  }
}
