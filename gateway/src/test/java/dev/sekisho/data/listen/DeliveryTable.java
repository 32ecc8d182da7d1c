package dev.sekisho.data.listen;

import dev.sekisho.data.listen.DeliveryRow.Coding;
import dev.sekisho.data.listen.DeliveryRow.Content;
import dev.sekisho.data.listen.DeliveryRow.Direction;
import dev.sekisho.data.listen.DeliveryRow.Framing;
import dev.sekisho.data.listen.DeliveryRow.Range;
import dev.sekisho.data.listen.DeliveryRow.Size;
import dev.sekisho.data.listen.DeliveryRow.Status;
import dev.sekisho.data.listen.DeliveryRow.Transport;
import dev.sekisho.data.listen.DeliveryRow.Wish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The fewest deliveries, about, among which each value of an axis meets each of every other one,
 * and each fate, wherever that can be. Greedy, and the same each time for the same seed; another
 * one has other values meet by threes and fours.
 */
final class DeliveryTable {
  /** No axis has more values, nor are there more fates. */
  private static final int MOST = 16;

  private DeliveryTable() {}

  static List<DeliveryRow> rows(long seed) {
    List<DeliveryRow> all = new ArrayList<>(possible());
    Collections.shuffle(all, new Random(seed));
    List<Candidate> candidates = new ArrayList<>();
    BitSet missing = new BitSet();
    for (DeliveryRow row : all) {
      Candidate candidate = new Candidate(row);
      candidates.add(candidate);
      Arrays.stream(candidate.pairs).forEach(missing::set);
    }
    List<DeliveryRow> chosen = new ArrayList<>();
    while (!missing.isEmpty()) {
      Candidate best = best(candidates, missing);
      Arrays.stream(best.pairs).forEach(missing::clear);
      chosen.add(best.row);
    }
    return chosen;
  }

  private static final class Candidate {
    private final DeliveryRow row;
    private final int[] pairs;

    /** It can only become less, so whoever was not good enough before need not be counted again. */
    private int gain;

    Candidate(DeliveryRow row) {
      this.row = row;
      this.pairs = pairs(row);
      this.gain = pairs.length;
    }

    void count(BitSet missing) {
      gain = 0;
      for (int pair : pairs) {
        if (missing.get(pair)) {
          gain++;
        }
      }
    }
  }

  private static Candidate best(List<Candidate> candidates, BitSet missing) {
    Candidate best = candidates.getFirst();
    best.count(missing);
    for (Candidate candidate : candidates) {
      if (candidate.gain > best.gain) {
        candidate.count(missing);
        best = candidate.gain > best.gain ? candidate : best;
      }
    }
    return best;
  }

  /** Every delivery that can be. */
  static List<DeliveryRow> possible() {
    Enum<?>[][] axes = {
      Coding.values(),
      Content.values(),
      Framing.values(),
      Range.values(),
      Size.values(),
      Direction.values(),
      Transport.values(),
      Status.values(),
      Wish.values()
    };
    int all = Arrays.stream(axes).mapToInt(axis -> axis.length).reduce(1, (a, b) -> a * b);
    return IntStream.range(0, all)
        .mapToObj(number -> row(axes, number))
        .filter(DeliveryRow::possible)
        .toList();
  }

  /** The values of which the digits of a number tell, a digit for each axis. */
  private static DeliveryRow row(Enum<?>[][] axes, int number) {
    int[] at = new int[axes.length];
    int left = number;
    for (int i = 0; i < axes.length; i++) {
      at[i] = left % axes[i].length;
      left /= axes[i].length;
    }
    return new DeliveryRow(
        Coding.values()[at[0]],
        Content.values()[at[1]],
        Framing.values()[at[2]],
        Range.values()[at[3]],
        Size.values()[at[4]],
        Direction.values()[at[5]],
        Transport.values()[at[6]],
        Status.values()[at[7]],
        Wish.values()[at[8]]);
  }

  /**
   * The pairs of which a row is an example, each by a number of its own. One over the limit is
   * never looked into, so it says nothing of how its coding and its content, say, go together.
   */
  static int[] pairs(DeliveryRow row) {
    Enum<?>[] values = row.values();
    boolean looked = row.size() != Size.OVER_THE_LIMIT;
    int fate = values.length * MOST + DeliveryFate.of(row).number();
    var pairs = IntStream.builder();
    for (int i = 0; i < values.length; i++) {
      int one = i * MOST + values[i].ordinal();
      pairs.add(pair(one, fate));
      for (int j = i + 1; j < values.length; j++) {
        if (looked || values[i] == row.size() || values[j] == row.size()) {
          pairs.add(pair(one, j * MOST + values[j].ordinal()));
        }
      }
    }
    return pairs.build().toArray();
  }

  private static int pair(int one, int other) {
    return one * MOST * MOST + other;
  }
}
