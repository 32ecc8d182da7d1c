package dev.sekisho.policy.list;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * A keyed 64-bit hash of names: SipHash-1-3 (Aumasson and Bernstein, 2012) over the characters from
 * the last to the first, so that one pass over a name also gives the hash of each of its parent
 * domains. The key is random per node and never leaves the state folder: who chooses names, as
 * every web site's owner does, cannot choose two that collide. Among ten million entries a name
 * that is in none of them is taken for one with a probability of 5e-13.
 */
public final class NameHash {
  /** The most labels a name can have: 253 characters, every second one a dot. */
  public static final int MOST_LABELS = 127;

  // the algorithm's own constants
  private static final long INITIAL_0 = 0x736f6d6570736575L;
  private static final long INITIAL_1 = 0x646f72616e646f6dL;
  private static final long INITIAL_2 = 0x6c7967656e657261L;
  private static final long INITIAL_3 = 0x7465646279746573L;

  private final long key0;
  private final long key1;

  public NameHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  /** A key nobody knows and nothing keeps, for what is compiled in memory only. */
  public static NameHash random() {
    SecureRandom random = new SecureRandom();
    return new NameHash(random.nextLong(), random.nextLong());
  }

  /** The node's key; drawn and kept in the folder the first time. */
  public static NameHash open(Path folder) throws IOException {
    Path file = folder.resolve("names.key");
    if (Files.exists(file)) {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length == 16) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new NameHash(buffer.getLong(), buffer.getLong());
      }
    }
    NameHash fresh = random();
    ByteBuffer buffer = ByteBuffer.allocate(16).putLong(fresh.key0).putLong(fresh.key1);
    PrivateFiles.replace(file, buffer.array());
    return fresh;
  }

  /** Tells whether an index was built with this key, without giving the key away. */
  long check() {
    return of("the key of this index");
  }

  public long of(CharSequence name) {
    Sip sip = new Sip(key0, key1);
    for (int i = name.length() - 1; i >= 0; i--) {
      sip.add(name.charAt(i));
    }
    return sip.hash();
  }

  /**
   * The hashes of a canonical name and of its parent domains, the shortest first.
   *
   * @param hashes receives the hash of each suffix that begins a label; at least {@link
   *     #MOST_LABELS} long
   * @param starts receives where in the name each suffix begins
   * @return how many there are: the labels of the name
   */
  public int suffixes(String name, long[] hashes, int[] starts) {
    // the state is in local variables and not in a Sip: this runs for every decision, and so it
    // makes no object for certain
    long v0 = key0 ^ INITIAL_0;
    long v1 = key1 ^ INITIAL_1;
    long v2 = key0 ^ INITIAL_2;
    long v3 = key1 ^ INITIAL_3;
    long block = 0;
    int length = 0;
    int count = 0;
    for (int i = name.length() - 1; i >= 0; i--) {
      char c = name.charAt(i);
      if (c == '.' && count < MOST_LABELS - 1) {
        hashes[count] = Sip.finish(v0, v1, v2, v3, block | (long) length << 56);
        starts[count++] = i + 1;
      }
      block |= (long) (c & 0xff) << ((length & 7) << 3);
      length++;
      if ((length & 7) == 0) {
        v3 ^= block;
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
        v0 ^= block;
        block = 0;
      }
    }
    hashes[count] = Sip.finish(v0, v1, v2, v3, block | (long) length << 56);
    starts[count++] = 0;
    return count;
  }

  /**
   * The hashes of the path's prefixes below a host: one for each whole number of segments, the
   * shortest first, and at last the path with its query where there is one.
   *
   * @return how many there are; not more than the array holds
   */
  int prefixes(long host, String path, @Nullable String query, long[] hashes) {
    Sip sip = new Sip(key0 ^ host, key1);
    int count = 0;
    for (int i = 0; i < path.length() && count < hashes.length - 2; i++) {
      char c = path.charAt(i);
      if (c == '/' && i > 0) {
        hashes[count++] = sip.hash();
      }
      sip.add(c);
    }
    hashes[count++] = sip.hash();
    if (query != null && count < hashes.length) {
      sip.add('?');
      for (int i = 0; i < query.length(); i++) {
        sip.add(query.charAt(i));
      }
      hashes[count++] = sip.hash();
    }
    return count;
  }

  /** The hash under which an entry of a list of URLs is kept. */
  long prefix(long host, String path) {
    Sip sip = new Sip(key0 ^ host, key1);
    for (int i = 0; i < path.length(); i++) {
      sip.add(path.charAt(i));
    }
    return sip.hash();
  }

  /**
   * The running state; the compiler keeps it in registers, for it never leaves the method that made
   * it.
   */
  private static final class Sip {
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long block;
    private int length;

    Sip(long key0, long key1) {
      v0 = key0 ^ INITIAL_0;
      v1 = key1 ^ INITIAL_1;
      v2 = key0 ^ INITIAL_2;
      v3 = key1 ^ INITIAL_3;
    }

    /**
     * Adds the low byte of a character, and the high one where it has any, so that no two texts are
     * the same bytes by chance.
     */
    void add(char c) {
      put(c & 0xff);
      if (c > 0xff) {
        put(0xff);
        put(c >>> 8);
      }
    }

    private void put(int octet) {
      block |= (long) octet << ((length & 7) << 3);
      length++;
      if ((length & 7) == 0) {
        v3 ^= block;
        round();
        v0 ^= block;
        block = 0;
      }
    }

    long hash() {
      return finish(v0, v1, v2, v3, block | (long) length << 56);
    }

    private void round() {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }

    private static long finish(long a, long b, long c, long d, long last) {
      long v0 = a;
      long v1 = b;
      long v2 = c;
      long v3 = d ^ last;
      for (int i = 0; i < 4; i++) {
        if (i == 1) {
          v0 ^= last;
          v2 ^= 0xff;
        }
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      return v0 ^ v1 ^ v2 ^ v3;
    }
  }
}
