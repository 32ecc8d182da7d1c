package dev.sekisho.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of many ranges an address lies in. Ranges are nested or apart, never half over each other,
 * so one walk over them in order with a stack of those still open cuts the whole address space into
 * pieces, each with its answer. A look-up is then a search for the piece: the first 16 bits of an
 * IPv4 address lead to a few neighbours, IPv6 is a plain binary search. No look-up allocates. A
 * mapped address is looked for as its IPv4 address, as in {@link Cidr}.
 *
 * <p>Immutable; 8 bytes a piece for IPv4, 20 for IPv6, at most two pieces a range.
 */
public final class CidrTable {
  /** The answer for an address that lies in none of the ranges. */
  public static final int NONE = -1;

  private enum Winner {
    FIRST,
    LONGEST
  }

  private record Entry(Cidr range, int value) {}

  private final Ipv4Pieces v4;
  private final Ipv6Pieces v6;

  private CidrTable(List<Entry> entries, Winner winner) {
    this.v4 = new Ipv4Pieces(pieces(entries, IpAddress.v4(0), winner));
    this.v6 = new Ipv6Pieces(pieces(entries, new IpAddress(true, 0, 0), winner));
  }

  /** Answers with the index of the first range of the list that contains the address. */
  public static CidrTable firstMatch(List<Cidr> ranges) {
    return new CidrTable(numbered(ranges), Winner.FIRST);
  }

  /**
   * Answers with the index of the longest (most specific) range that contains the address; of equal
   * ones the first.
   */
  public static CidrTable longestMatch(List<Cidr> ranges) {
    return new CidrTable(numbered(ranges), Winner.LONGEST);
  }

  /** Answers 0 for an address in any of the ranges: neighbours become one piece. */
  static CidrTable union(Collection<Cidr> ranges) {
    return new CidrTable(ranges.stream().map(range -> new Entry(range, 0)).toList(), Winner.FIRST);
  }

  private static List<Entry> numbered(List<Cidr> ranges) {
    List<Entry> entries = new ArrayList<>(ranges.size());
    for (Cidr range : ranges) {
      entries.add(new Entry(range, entries.size()));
    }
    return entries;
  }

  /** The index of the range that wins, or {@link #NONE}. */
  public int find(IpAddress address) {
    IpAddress plain = address.unmapped();
    return plain.v6() ? v6.find(plain.high(), plain.low()) : v4.find((int) plain.low());
  }

  private static PieceList pieces(List<Entry> entries, IpAddress zero, Winner winner) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.removeIf(entry -> entry.range().network().v6() != zero.v6());
    sorted.sort(CidrTable::outerFirst); // stable: of equal ranges the first of the list stays first
    PieceList pieces = new PieceList(zero);
    Deque<Entry> open = new ArrayDeque<>();
    for (Entry entry : sorted) {
      closeBefore(entry.range().network(), open, pieces);
      Entry outer = open.peek();
      int value = outer == null ? entry.value() : choose(outer, entry, winner);
      pieces.begin(entry.range().network(), value);
      open.push(new Entry(entry.range(), value));
    }
    closeBefore(null, open, pieces);
    return pieces;
  }

  private static int outerFirst(Entry a, Entry b) {
    int byNetwork = a.range().network().compareTo(b.range().network());
    return byNetwork != 0 ? byNetwork : Integer.compare(a.range().prefix(), b.range().prefix());
  }

  private static int choose(Entry outer, Entry inner, Winner winner) {
    return switch (winner) {
      case FIRST -> Math.min(outer.value(), inner.value());
      case LONGEST -> outer.range().equals(inner.range()) ? outer.value() : inner.value();
    };
  }

  /** Closes the ranges that end before {@code next}, all of them when there is no next. */
  private static void closeBefore(@Nullable IpAddress next, Deque<Entry> open, PieceList pieces) {
    while (!open.isEmpty()) {
      IpAddress last = open.peek().range().last();
      if (next != null && last.compareTo(next) >= 0) {
        return;
      }
      open.pop();
      Entry outer = open.peek();
      pieces.beginAfter(last, outer == null ? NONE : outer.value());
    }
  }

  /** The pieces as they are found, in order; the first begins at zero. */
  private static final class PieceList {
    private final List<IpAddress> starts = new ArrayList<>();
    private int[] values = new int[16];

    PieceList(IpAddress zero) {
      add(zero, NONE);
    }

    void begin(IpAddress start, int value) {
      int last = starts.size() - 1;
      if (starts.get(last).equals(start)) {
        starts.removeLast();
      }
      if (starts.isEmpty() || values[starts.size() - 1] != value) {
        add(start, value);
      }
    }

    void beginAfter(IpAddress address, int value) {
      boolean carry = address.low() == -1L;
      long low = address.low() + 1;
      long high = carry ? address.high() + 1 : address.high();
      boolean end = address.v6() ? low == 0 && high == 0 : low >>> 32 != 0;
      if (!end) {
        begin(new IpAddress(address.v6(), high, low), value);
      }
    }

    private void add(IpAddress start, int value) {
      if (starts.size() == values.length) {
        values = Arrays.copyOf(values, 2 * values.length);
      }
      values[starts.size()] = value;
      starts.add(start);
    }

    int[] values() {
      return Arrays.copyOf(values, starts.size());
    }
  }

  private static final class Ipv4Pieces {
    /**
     * Below this many pieces a binary search is as quick, and the index would be larger than the
     * pieces.
     */
    private static final int INDEXED_FROM = 1024;

    private static final int SLOTS = 1 << 16;

    private final int[] starts;
    private final int[] values;

    /**
     * For each value of the first 16 bits, the piece in which its addresses begin; one more slot at
     * the end. Or empty.
     */
    private final int[] index;

    Ipv4Pieces(PieceList pieces) {
      this.starts = pieces.starts.stream().mapToInt(start -> (int) start.low()).toArray();
      this.values = pieces.values();
      this.index = new int[starts.length < INDEXED_FROM ? 0 : SLOTS + 1];
      for (int slot = 0; slot < index.length; slot++) {
        index[slot] = slot == SLOTS ? starts.length - 1 : search(slot << 16, 0, starts.length - 1);
      }
    }

    int find(int address) {
      if (index.length == 0) {
        return values[search(address, 0, starts.length - 1)];
      }
      int slot = address >>> 16;
      return values[search(address, index[slot], index[slot + 1])];
    }

    /**
     * The last piece from {@code first} to {@code last} that begins at or before the address; the
     * first one does.
     */
    private int search(int address, int first, int last) {
      int low = first;
      int high = last;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (Integer.compareUnsigned(starts[middle], address) <= 0) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }
  }

  private static final class Ipv6Pieces {
    private final long[] highs;
    private final long[] lows;
    private final int[] values;

    Ipv6Pieces(PieceList pieces) {
      this.highs = pieces.starts.stream().mapToLong(IpAddress::high).toArray();
      this.lows = pieces.starts.stream().mapToLong(IpAddress::low).toArray();
      this.values = pieces.values();
    }

    int find(long high, long low) {
      int first = 0;
      int last = highs.length - 1;
      while (first < last) {
        int middle = (first + last + 1) >>> 1;
        int order =
            highs[middle] == high
                ? Long.compareUnsigned(lows[middle], low)
                : Long.compareUnsigned(highs[middle], high);
        if (order <= 0) {
          first = middle;
        } else {
          last = middle - 1;
        }
      }
      return values[first];
    }
  }
}
