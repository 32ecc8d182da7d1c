package dev.sekisho.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A mapping of the configuration while a capability reads its keys from it. Each capability reads
 * its own section; whatever it did not ask for by the time {@link #end} is called was misspelt, and
 * is refused.
 *
 * <p>Reading never throws: a value that cannot be used becomes an error in {@link Problems} and the
 * default is returned, so that one run reports everything. Nobody may act on the result while there
 * are errors.
 */
public final class Section {
  private final String name;

  /** What stands before a key in messages. */
  private final String prefix;

  private final Node.Mapping mapping;
  private final Problems problems;
  private final Set<String> asked = new LinkedHashSet<>();

  /** A section of the given dotted name, such as {@code policy.rules[3]}. */
  public Section(String name, Node.Mapping mapping, Problems problems) {
    this(name, name + ".", mapping, problems);
  }

  private Section(String name, String prefix, Node.Mapping mapping, Problems problems) {
    this.name = name;
    this.prefix = prefix;
    this.mapping = mapping;
    this.problems = problems;
  }

  /** The whole file, whose sections stand under their own names. */
  public static Section whole(Node.Mapping mapping, Problems problems) {
    return new Section("the configuration", "", mapping, problems);
  }

  /** The section that an absent key stands for: every question gets its default. */
  public static Section absent(String name, Mark mark, Problems problems) {
    return new Section(name, new Node.Mapping(mark, Map.of(), Map.of()), problems);
  }

  public String name() {
    return name;
  }

  public Mark mark() {
    return mapping.mark();
  }

  public Problems problems() {
    return problems;
  }

  /**
   * Every key in the order in which it was written, for mappings whose keys are names chosen by the
   * operator.
   */
  public Set<String> keys() {
    return mapping.values().keySet();
  }

  /** Where the key stands, or the section itself when it is absent. */
  public Mark markOf(String key) {
    return mapping.keyMarks().getOrDefault(key, mapping.mark());
  }

  /** The raw value; empty when absent or {@code null}. */
  public Optional<Node> node(String key) {
    asked.add(key);
    Node node = mapping.values().get(key);
    if (node == null || (node instanceof Node.Scalar scalar && scalar.isNull())) {
      return Optional.empty();
    }
    return Optional.of(node);
  }

  /** Whether the key was written at all, also as {@code null}. */
  public boolean has(String key) {
    asked.add(key);
    return mapping.values().containsKey(key);
  }

  public Optional<Section> section(String key) {
    return node(key).flatMap(node -> asSection(prefix + key, node));
  }

  /**
   * A list of mappings; each item is a section named {@code key[index]} (from 1, as people count).
   */
  public List<Section> sections(String key) {
    List<Section> result = new ArrayList<>();
    int index = 1;
    for (Node item : items(key)) {
      asSection(prefix + key + "[" + index++ + "]", item).ifPresent(result::add);
    }
    return result;
  }

  /** The named sections below a key, such as each list under {@code lists}. */
  public Map<String, Section> named(String key) {
    Map<String, Section> result = new LinkedHashMap<>();
    section(key)
        .ifPresent(parent -> {
          for (String child : parent.keys()) {
            parent.section(child).ifPresent(s -> result.put(child, s));
          }
          parent.end();
        });
    return result;
  }

  public Optional<Section> asSection(String childName, Node node) {
    return switch (node) {
      case Node.Mapping child -> Optional.of(new Section(childName, child, problems));
      case Node.Scalar _, Node.Sequence _ -> {
        problems.error(
            node.mark(),
            childName + " must be a mapping of keys to values, not " + node.kind() + ".");
        yield Optional.empty();
      }
    };
  }

  /** The items of a list; a single value counts as a list of one. */
  public List<Node> items(String key) {
    return node(key)
        .map(node ->
            switch (node) {
              case Node.Sequence sequence -> sequence.items();
              case Node.Scalar _, Node.Mapping _ -> List.of(node);
            })
        .orElse(List.of());
  }

  public Optional<String> text(String key) {
    return node(key).flatMap(node -> scalar(key, node));
  }

  public String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /** A list of plain values; a single value counts as a list of one. */
  public List<String> texts(String key) {
    List<String> result = new ArrayList<>();
    for (Node item : items(key)) {
      scalar(key, item).ifPresent(result::add);
    }
    return result;
  }

  /**
   * A list of values of one type, each with its own place in messages. The parser gets the text and
   * its place; it reports a problem and returns empty when the text cannot be used.
   */
  public <T> List<T> values(String key, BiFunction<String, Mark, Optional<T>> parser) {
    List<T> result = new ArrayList<>();
    for (Node item : items(key)) {
      scalar(key, item).flatMap(text -> parser.apply(text, item.mark())).ifPresent(result::add);
    }
    return result;
  }

  public <T> Optional<T> value(String key, BiFunction<String, Mark, Optional<T>> parser) {
    return node(key)
        .flatMap(node -> scalar(key, node).flatMap(text -> parser.apply(text, node.mark())));
  }

  public boolean flag(String key, boolean otherwise) {
    return value(
            key,
            (text, mark) ->
                switch (text) {
                  case "true" -> Optional.of(true);
                  case "false" -> Optional.of(false);
                  default -> wrong(mark, key, text, "true or false");
                })
        .orElse(otherwise);
  }

  public int integer(String key, int otherwise, int least, int most) {
    return value(
            key,
            (text, mark) -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                  return Optional.of(number);
                }
              } catch (NumberFormatException _) {
                // reported below, like a number out of range
              }
              return wrong(mark, key, text, "a whole number from " + least + " to " + most);
            })
        .orElse(otherwise);
  }

  /** A span of time: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 12h}, {@code 400d}. */
  public Duration duration(String key, Duration otherwise) {
    return value(
            key,
            (text, mark) ->
                Units.duration(text)
                    .or(() ->
                        wrong(mark, key, text, "a duration such as 250ms, 30s, 5m, 12h or 400d")))
        .orElse(otherwise);
  }

  /** An amount of data in bytes: {@code 512}, {@code 64KiB}, {@code 1MiB}, {@code 10GiB}. */
  public long bytes(String key, long otherwise) {
    return value(
            key,
            (text, mark) ->
                Units.bytes(text)
                    .or(() -> wrong(mark, key, text, "a size such as 512, 64KiB, 1MiB or 10GiB")))
        .orElse(otherwise);
  }

  /** One word of a closed vocabulary: the constants of an enum in kebab case. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    return value(
            key,
            (text, mark) -> {
              for (E constant : type.getEnumConstants()) {
                if (kebab(constant).equals(text)) {
                  return Optional.of(constant);
                }
              }
              List<String> words = new ArrayList<>();
              for (E constant : type.getEnumConstants()) {
                words.add(kebab(constant));
              }
              return wrong(mark, key, text, "one of " + String.join(", ", words));
            })
        .orElse(otherwise);
  }

  /** Reports a value that cannot be used, in the words every such message has. */
  public <T> Optional<T> wrong(Mark mark, String key, String text, String expected) {
    problems.error(mark, prefix + key + ": expected " + expected + ", found '" + text + "'.");
    return Optional.empty();
  }

  /**
   * Says that everything there was to read was read: keys nobody asked for are errors, with the
   * nearest known key named.
   */
  public void end() {
    for (String key : mapping.values().keySet()) {
      if (!asked.contains(key)) {
        String nearest =
            Spelling.nearest(key, asked).map(k -> " Did you mean '" + k + "'?").orElse("");
        String known = asked.isEmpty() ? "" : " Known here: " + String.join(", ", asked) + ".";
        problems.error(markOf(key), "unknown key '" + key + "' in " + name + "." + nearest + known);
      }
    }
  }

  /** For mappings whose keys are names: marks all of them as read. */
  public void allAsked() {
    asked.addAll(mapping.values().keySet());
  }

  private Optional<String> scalar(String key, Node node) {
    return switch (node) {
      case Node.Scalar scalar -> Optional.of(scalar.text());
      case Node.Sequence _, Node.Mapping _ -> {
        problems.error(
            node.mark(), prefix + key + " must be a plain value, not " + node.kind() + ".");
        yield Optional.empty();
      }
    };
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
