package dev.sekisho.policy;

import java.util.Arrays;

/**
 * Merges ascending lists of rule numbers into one, each number once. Used again and again by one
 * thread.
 */
final class Candidates {
  private int[][] lists = new int[16][];
  private int[] places = new int[16];
  private int count;

  void clear() {
    count = 0;
  }

  void add(int[] numbers) {
    if (numbers.length == 0) {
      return;
    }
    if (count == lists.length) {
      lists = Arrays.copyOf(lists, 2 * count);
      places = Arrays.copyOf(places, 2 * count);
    }
    lists[count] = numbers;
    places[count++] = 0;
  }

  /**
   * The least number not given yet, or -1. There are few lists, so looking at the head of each is
   * the quickest way.
   */
  int next() {
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      if (places[i] < lists[i].length) {
        least = Math.min(least, lists[i][places[i]]);
      }
    }
    if (least == Integer.MAX_VALUE) {
      return -1;
    }
    for (int i = 0; i < count; i++) {
      if (places[i] < lists[i].length && lists[i][places[i]] == least) {
        places[i]++;
      }
    }
    return least;
  }
}
