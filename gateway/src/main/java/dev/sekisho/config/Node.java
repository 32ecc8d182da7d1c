package dev.sekisho.config;

import java.util.List;
import java.util.Map;

/**
 * A configuration file as a tree in which everything knows its place. Mappings keep their order.
 */
public sealed interface Node {
  Mark mark();

  /** What an operator calls this kind of node in a message. */
  String kind();

  /** A plain value as it was written. {@code quoted} tells {@code "null"} from {@code null}. */
  record Scalar(Mark mark, String text, boolean quoted) implements Node {
    @Override
    public String kind() {
      return "the value '" + text + "'";
    }

    boolean isNull() {
      return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
    }
  }

  record Sequence(Mark mark, List<Node> items) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** Values by key; {@code keyMarks} has the place of each key. */
  record Mapping(Mark mark, Map<String, Node> values, Map<String, Mark> keyMarks) implements Node {
    @Override
    public String kind() {
      return "a mapping";
    }
  }
}
