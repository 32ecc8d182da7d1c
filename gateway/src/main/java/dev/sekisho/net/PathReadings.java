package dev.sekisho.net;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the programs behind the gateway may take a path for. Some resolve dot segments before they
 * decode, some after; some decode twice, because two of them stand in a row; some drop {@code
 * ;parameters}, take a backslash for a slash, or merge slashes. A rule that looked at one reading
 * only could be passed in the spelling of another, so a path is the set of all its readings: what
 * comes out when these steps are taken in any order, any number of times, but decoding twice at
 * most. A permission has to hold for every reading, a prohibition holds for any.
 *
 * <p>A plain path, which nothing would change, has itself as its only reading and is recognised in
 * one pass without garbage. The number of readings and their total length are bounded; a path that
 * has more is left {@linkplain #complete() incomplete}, and then no permission holds and every
 * prohibition does.
 *
 * <p>Characters up to U+00FF are taken for bytes as they came from the wire (ISO 8859-1). Decoding
 * joins them with the escaped bytes and reads them as UTF-8, and each byte that is no part of UTF-8
 * as ISO 8859-1; so a pattern is written in plain Unicode. Overlong UTF-8 forms of ASCII and {@code
 * %uXXXX} are read as well, for some origins do. A percent sign that begins no escape stands for
 * itself.
 *
 * <p>Immutable.
 */
public final class PathReadings {
  static final int MAX_READINGS = 128;
  static final int MAX_CHARACTERS = 128 * 1024;
  private static final int MAX_DECODINGS = 2;

  private final String raw;

  /** The readings other than the raw one. */
  private final List<String> others;

  private final boolean complete;

  private PathReadings(String raw, List<String> others, boolean complete) {
    this.raw = raw;
    this.others = others;
    this.complete = complete;
  }

  /**
   * @param rawPath as written, without the query
   */
  public static PathReadings of(String rawPath) {
    return isPlain(rawPath)
        ? new PathReadings(rawPath, List.of(), true)
        : new Search(rawPath).run();
  }

  /** The path as written. */
  public String raw() {
    return raw;
  }

  /** The distinct readings, the raw one first. */
  public List<String> all() {
    List<String> all = new ArrayList<>(1 + others.size());
    all.add(raw);
    all.addAll(others);
    return List.copyOf(all);
  }

  /**
   * Whether these are all the readings there are; if not, {@link #every} is false and {@link #any}
   * is true.
   */
  public boolean complete() {
    return complete;
  }

  /** For a condition of a permission. */
  public boolean every(Predicate<? super String> condition) {
    if (!complete || !condition.test(raw)) {
      return false;
    }
    for (int i = 0; i < others.size(); i++) {
      if (!condition.test(others.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** For a condition of a prohibition. */
  public boolean any(Predicate<? super String> condition) {
    if (!complete || condition.test(raw)) {
      return true;
    }
    for (int i = 0; i < others.size(); i++) {
      if (condition.test(others.get(i))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return all() + (complete ? "" : " and more");
  }

  /** Whether no step would change the path. */
  private static boolean isPlain(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' || c == ';' || c == '\\' || c >= 0x80) {
        return false;
      }
      if (c == '/' && before == '/'
          || c == '.' && (before == '/' || i == 0) && PathSteps.isDotSegment(path, i)) {
        return false;
      }
      before = c;
    }
    return true;
  }

  /** Collects readings, all those of one depth of decoding before those of the next. */
  private static final class Search {
    private final String raw;
    private final Set<String> found = new LinkedHashSet<>();
    private int characters;
    private boolean complete = true;

    Search(String raw) {
      this.raw = raw;
    }

    PathReadings run() {
      List<String> level = new ArrayList<>();
      add(raw, level);
      for (int decodings = 0; ; decodings++) {
        closeOver(level);
        if (decodings == MAX_DECODINGS || !complete) {
          break;
        }
        List<String> next = new ArrayList<>();
        for (String reading : level) {
          add(
              decodings == 0 ? PathSteps.decodeBytes(reading) : PathSteps.decodeText(reading),
              next);
        }
        level = next;
      }
      found.remove(raw);
      return new PathReadings(raw, List.copyOf(found), complete);
    }

    /**
     * Takes every step but decoding from every reading, until nothing new is found. The list grows
     * while it is walked.
     */
    private void closeOver(List<String> level) {
      for (int i = 0; i < level.size() && complete; i++) {
        String reading = level.get(i);
        add(PathSteps.withoutDotSegments(reading), level);
        add(PathSteps.withMergedSlashes(reading), level);
        add(PathSteps.withoutParameters(reading), level);
        add(PathSteps.withForwardSlashes(reading), level);
        add(PathSteps.withShortForms(reading), level);
      }
    }

    private void add(String reading, List<String> level) {
      if (found.contains(reading)) {
        return;
      }
      if (found.size() == MAX_READINGS || characters + reading.length() > MAX_CHARACTERS) {
        complete = false;
        return;
      }
      characters += reading.length();
      found.add(reading);
      level.add(reading);
    }
  }
}
