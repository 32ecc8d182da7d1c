package dev.sekisho.policy;

import java.util.Arrays;

/**
 * {@code to.list} and {@code to.category}. Names and addresses are compared with what the client
 * asked for, from the start; the URLs of a list need the request, but only where the list has URLs
 * of that very host. What a list says that is older than it may be cannot be known.
 */
record ListLeaf(Catalogue catalogue, int[] numbers, Parts parts) implements Leaf {
  enum Parts {
    NAMES_AND_URLS,
    /** For what is decided before TLS: a URL of a list does not count there. */
    NAMES
  }

  @Override
  public Truth test(View view, Sense sense) {
    Truth any = Truth.FALSE;
    for (int i = 0; i < numbers.length && any != Truth.TRUE; i++) {
      any = sense.either(any, one(view, numbers[i], sense));
    }
    return any;
  }

  private Truth one(View view, int list, Sense sense) {
    Seen seen = view.seen();
    if (catalogue.stale(list, seen.timeMicros)) {
      return Truth.UNKNOWABLE;
    }
    if (view.member(list)) {
      return Truth.TRUE;
    }
    if (parts == Parts.NAMES || !view.hasUrls(list)) {
      return Truth.FALSE;
    }
    return seen.request == Facts.State.KNOWN
        ? Truth.of(view.url(list, sense))
        : Truth.missing(Facts.Group.REQUEST, seen.request);
  }

  @Override
  public int groups() {
    return 0;
  }

  @Override
  public String field() {
    return catalogue.entries().get(numbers[0]).kind() == Catalogue.Kind.LIST
        ? "to.list"
        : "to.category";
  }

  @Override
  public String expected() {
    return Texts.some(
        Arrays.stream(numbers).mapToObj(n -> catalogue.entries().get(n).name()).toList());
  }

  @Override
  public String value(Seen seen) {
    return seen.hostText;
  }
}
