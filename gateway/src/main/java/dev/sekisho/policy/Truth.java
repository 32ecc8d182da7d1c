package dev.sekisho.policy;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a condition is: true, false, unknown yet (with the groups of facts that are missing), or
 * unknowable. There are few of them and all are made once, so that evaluating makes nothing.
 */
public final class Truth {
  public enum Kind {
    TRUE,
    FALSE,
    /** Facts are missing that can still be learnt. */
    UNKNOWN,
    /** Facts are missing that nobody will learn, or the evaluation failed. */
    UNKNOWABLE
  }

  public static final Truth TRUE = new Truth(Kind.TRUE, 0);
  public static final Truth FALSE = new Truth(Kind.FALSE, 0);
  public static final Truth UNKNOWABLE = new Truth(Kind.UNKNOWABLE, 0);

  private static final Facts.Group[] GROUPS = Facts.Group.values();
  private static final Truth[] UNKNOWNS = unknowns();

  private final Kind kind;
  private final int missing;

  private Truth(Kind kind, int missing) {
    this.kind = kind;
    this.missing = missing;
  }

  private static Truth[] unknowns() {
    Truth[] all = new Truth[1 << GROUPS.length];
    for (int mask = 0; mask < all.length; mask++) {
      all[mask] = new Truth(Kind.UNKNOWN, mask);
    }
    return all;
  }

  static Truth of(boolean holds) {
    return holds ? TRUE : FALSE;
  }

  /** Unknown for want of these groups; at least one. */
  static Truth unknown(int missing) {
    return UNKNOWNS[missing];
  }

  /** What a condition is that needs a group which is not known. */
  static Truth missing(Facts.Group group, Facts.State state) {
    return state == Facts.State.UNKNOWABLE ? UNKNOWABLE : UNKNOWNS[bit(group)];
  }

  static int bit(Facts.Group group) {
    return 1 << group.ordinal();
  }

  public Kind kind() {
    return kind;
  }

  /** The groups that are missing; empty unless unknown. */
  public Set<Facts.Group> missing() {
    Set<Facts.Group> groups = EnumSet.noneOf(Facts.Group.class);
    for (Facts.Group group : GROUPS) {
      if ((missing & bit(group)) != 0) {
        groups.add(group);
      }
    }
    return groups;
  }

  int mask() {
    return missing;
  }

  /**
   * Of some groups the one that is learnt first; the response, which is learnt by letting the
   * request go, is the last.
   */
  static Facts.Group earliest(int mask) {
    return GROUPS[Integer.numberOfTrailingZeros(mask)];
  }

  Truth not() {
    return switch (kind) {
      case TRUE -> FALSE;
      case FALSE -> TRUE;
      case UNKNOWN, UNKNOWABLE -> this;
    };
  }

  @Override
  public String toString() {
    return kind == Kind.UNKNOWN
        ? "unknown " + missing()
        : kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
