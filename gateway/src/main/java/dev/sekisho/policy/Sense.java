package dev.sekisho.policy;

/**
 * What follows when a condition holds: the request is let through, or refused. It decides what
 * fails closed means. Something unknowable is on the way to an allowance a false, on the way to a
 * refusal a true; of several readings of a path, or several addresses of a name, the allowance
 * needs every one and the refusal any. {@code not} turns the sense round for what it holds, which
 * keeps all of that right: {@code not} path in an allow rule is what would refuse.
 */
enum Sense {
  ALLOW,
  DENY;

  Sense turned() {
    return this == ALLOW ? DENY : ALLOW;
  }

  /**
   * Both conditions together. A false settles it; then an unknowable does where it counts as false.
   */
  Truth both(Truth a, Truth b) {
    if (a == Truth.FALSE || b == Truth.FALSE) {
      return Truth.FALSE;
    }
    Truth unsettled = unsettled(a, b, ALLOW);
    return unsettled == Truth.FALSE ? Truth.TRUE : unsettled;
  }

  /** Either condition. A true settles it; then an unknowable does where it counts as true. */
  Truth either(Truth a, Truth b) {
    if (a == Truth.TRUE || b == Truth.TRUE) {
      return Truth.TRUE;
    }
    return unsettled(a, b, DENY);
  }

  /**
   * What two are together when neither true nor false settles them; false when both are settled.
   */
  private Truth unsettled(Truth a, Truth b, Sense unknowableSettles) {
    boolean unknowable = a == Truth.UNKNOWABLE || b == Truth.UNKNOWABLE;
    int missing = a.mask() | b.mask();
    if (unknowable && (this == unknowableSettles || missing == 0)) {
      return Truth.UNKNOWABLE;
    }
    return missing == 0 ? Truth.FALSE : Truth.unknown(missing);
  }

  /** Whether a condition counts as true when all is known of it that will be. */
  boolean holds(Truth truth) {
    return truth == Truth.TRUE || (truth == Truth.UNKNOWABLE && this == DENY);
  }
}
