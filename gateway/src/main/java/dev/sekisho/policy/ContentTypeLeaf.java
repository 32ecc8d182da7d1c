package dev.sekisho.policy;

import java.util.List;

/**
 * {@code response.content-type}: {@code text/html}, or all of a kind as {@code image/*}. What is
 * not declared cannot be known.
 */
record ContentTypeLeaf(List<String> types) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    Seen seen = view.seen();
    if (seen.response != Facts.State.KNOWN) {
      return Truth.missing(Facts.Group.RESPONSE, seen.response);
    }
    String type = seen.contentType;
    if (type == null) {
      return Truth.UNKNOWABLE;
    }
    for (int i = 0; i < types.size(); i++) {
      if (matches(types.get(i), type)) {
        return Truth.TRUE;
      }
    }
    return Truth.FALSE;
  }

  private static boolean matches(String pattern, String type) {
    int kind = pattern.length() - 1;
    return pattern.endsWith("/*") ? type.regionMatches(0, pattern, 0, kind) : type.equals(pattern);
  }

  @Override
  public int groups() {
    return Truth.bit(Facts.Group.RESPONSE);
  }

  @Override
  public String field() {
    return "response.content-type";
  }

  @Override
  public String expected() {
    return Texts.some(types);
  }

  @Override
  public String value(Seen seen) {
    return seen.contentType == null ? "not declared" : Texts.safe(seen.contentType);
  }
}
