package dev.sekisho.policy;

/**
 * {@code response.max-size}: the declared size is at most so many bytes. A size that is not
 * declared cannot be known.
 */
record MaxSizeLeaf(long bytes) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.response != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.RESPONSE, seen.response);
    }
    return seen.responseSize < 0 ? Truth.UNKNOWABLE : Truth.of(seen.responseSize <= bytes);
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.RESPONSE);
  }

  @Override
  public String field() {
    return "response.max-size";
  }

  @Override
  public String expected() {
    return bytes + " bytes";
  }

  @Override
  public String value(Seen seen) {
    return seen.responseSize < 0 ? "not declared" : seen.responseSize + " bytes";
  }
}
