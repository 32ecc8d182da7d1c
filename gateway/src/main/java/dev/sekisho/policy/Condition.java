package dev.sekisho.policy;

import java.util.List;

/**
 * Something a rule asks of the facts. One tree of these is all that decides: {@link Policy#decide}
 * walks it, and {@link Policy#explain} walks the very same one and tells what it saw.
 */
sealed interface Condition permits Condition.All, Condition.Not, Leaf {
  /**
   * What it is by what is seen; makes no garbage but where a path has several readings, and for
   * CEL.
   */
  Truth test(View view, Sense sense);

  /** The groups of facts it may need, a bit each ({@link Truth#bit}). */
  int groups();

  /** Whether it looks at the response and at nothing else. */
  boolean onlyResponse();

  /** Every one of them; true when there are none. */
  record All(List<Condition> conditions) implements Condition {
    static final All NOTHING = new All(List.of());

    @Override
    public Truth test(View view, Sense sense) {
      Truth together = Truth.TRUE;
      for (int i = 0; i < conditions.size() && together != Truth.FALSE; i++) {
        together = sense.both(together, conditions.get(i).test(view, sense));
      }
      return together;
    }

    @Override
    public int groups() {
      return conditions.stream().mapToInt(Condition::groups).reduce(0, (a, b) -> a | b);
    }

    @Override
    public boolean onlyResponse() {
      return !conditions.isEmpty() && conditions.stream().allMatch(Condition::onlyResponse);
    }
  }

  /** The block under {@code not:}: not all of its conditions hold. */
  record Not(Condition condition) implements Condition {
    @Override
    public Truth test(View view, Sense sense) {
      return condition.test(view, sense.turned()).not();
    }

    @Override
    public int groups() {
      return condition.groups();
    }

    @Override
    public boolean onlyResponse() {
      return condition.onlyResponse();
    }
  }
}
