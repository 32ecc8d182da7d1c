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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The fewest deliveries, about, among which each value of an axis meets each of every other one,
 * and each fate, wherever that can be. Greedy, and the same each time.
 */
final class DeliveryTable {
  private static final long SEED = 41;

  /** Two values, or a value and a fate, that meet in a row. */
  record Pair(Object one, Object other) {}

  private DeliveryTable() {}

  static List<DeliveryRow> rows() {
    List<DeliveryRow> all = possible();
    Collections.shuffle(all, new Random(SEED));
    List<Candidate> candidates = new ArrayList<>();
    Set<Pair> missing = new HashSet<>();
    for (DeliveryRow row : all) {
      Set<Pair> pairs = pairs(row);
      missing.addAll(pairs);
      candidates.add(new Candidate(row, pairs));
    }
    List<DeliveryRow> chosen = new ArrayList<>();
    while (!missing.isEmpty()) {
      Candidate best = best(candidates, missing);
      missing.removeAll(best.pairs());
      chosen.add(best.row());
    }
    return chosen;
  }

  private record Candidate(DeliveryRow row, Set<Pair> pairs) {
    int gain(Set<Pair> missing) {
      int gain = 0;
      for (Pair pair : pairs) {
        if (missing.contains(pair)) {
          gain++;
        }
      }
      return gain;
    }
  }

  private static Candidate best(List<Candidate> candidates, Set<Pair> missing) {
    Candidate best = candidates.getFirst();
    int most = 0;
    for (Candidate candidate : candidates) {
      int gain = candidate.pairs().size() > most ? candidate.gain(missing) : 0;
      if (gain > most) {
        most = gain;
        best = candidate;
      }
    }
    return best;
  }

  /** Every delivery that can be. */
  static List<DeliveryRow> possible() {
    List<DeliveryRow> rows = new ArrayList<>();
    for (Coding coding : Coding.values()) {
      for (Content content : Content.values()) {
        for (Framing framing : Framing.values()) {
          for (Range range : Range.values()) {
            rows.addAll(possible(coding, content, framing, range));
          }
        }
      }
    }
    return rows;
  }

  private static List<DeliveryRow> possible(
      Coding coding, Content content, Framing framing, Range range) {
    List<DeliveryRow> rows = new ArrayList<>();
    int rest = 1;
    Enum<?>[][] axes = {
      Size.values(), Direction.values(), Transport.values(), Status.values(), Wish.values()
    };
    for (Enum<?>[] axis : axes) {
      rest *= axis.length;
    }
    for (int number = 0; number < rest; number++) {
      int left = number;
      int[] at = new int[axes.length];
      for (int i = 0; i < axes.length; i++) {
        at[i] = left % axes[i].length;
        left /= axes[i].length;
      }
      DeliveryRow row =
          new DeliveryRow(
              coding,
              content,
              framing,
              range,
              Size.values()[at[0]],
              Direction.values()[at[1]],
              Transport.values()[at[2]],
              Status.values()[at[3]],
              Wish.values()[at[4]]);
      if (row.possible()) {
        rows.add(row);
      }
    }
    return rows;
  }

  /**
   * The pairs of which a row is an example. One over the limit is never looked into, so it says
   * nothing of how its coding and its content, say, go together.
   */
  static Set<Pair> pairs(DeliveryRow row) {
    Set<Pair> pairs = new HashSet<>();
    Enum<?>[] values = row.values();
    DeliveryFate fate = DeliveryFate.of(row);
    boolean looked = row.size() != Size.OVER_THE_LIMIT;
    for (int i = 0; i < values.length; i++) {
      pairs.add(new Pair(values[i], fate));
      for (int j = i + 1; j < values.length; j++) {
        if (looked || values[i] == row.size() || values[j] == row.size()) {
          pairs.add(new Pair(values[i], values[j]));
        }
      }
    }
    return pairs;
  }
}
