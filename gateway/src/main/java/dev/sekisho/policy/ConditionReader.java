package dev.sekisho.policy;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Node;
import dev.sekisho.config.Section;
import dev.sekisho.config.Spelling;
import dev.sekisho.net.Cidr;
import dev.sekisho.net.CidrSet;
import dev.sekisho.net.MalformedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Reads the blocks of conditions: {@code who}, {@code to}, {@code method}, {@code response}, {@code
 * when} and {@code not}.
 */
final class ConditionReader {
  /** Which conditions may be asked for. */
  enum Scope {
    EVERYTHING,
    /** What is known before TLS is opened. */
    BEFORE_TLS
  }

  private final Tables tables;
  private final CelEnvironments expressions;
  private final Scope scope;

  ConditionReader(Tables tables, CelEnvironments expressions, Scope scope) {
    this.tables = tables;
    this.expressions = expressions;
    this.scope = scope;
  }

  /** The conditions of a rule, or of a {@code not} at the level of rules. */
  List<Condition> rule(Section section) {
    List<Condition> all = new ArrayList<>();
    switch (scope) {
      case EVERYTHING -> {
        block(section, "who", this::who, all);
        block(section, "to", this::to, all);
        values(section, "method", ConditionReader::method)
            .ifPresent(m -> all.add(new MethodLeaf(new LinkedHashSet<>(m))));
        block(section, "response", this::response, all);
        when(section).ifPresent(all::add);
      }
      case BEFORE_TLS -> {
        whoFields(section, all);
        toFields(section, all);
        block(section, "who", this::who, all);
        block(section, "to", this::to, all);
      }
    }
    not(section, this::rule, all);
    return all;
  }

  private List<Condition> who(Section section) {
    List<Condition> all = new ArrayList<>();
    whoFields(section, all);
    not(section, this::who, all);
    return all;
  }

  private void whoFields(Section section, List<Condition> all) {
    values(section, "users", ConditionReader::text)
        .ifPresent(v -> all.add(new UserLeaf(new LinkedHashSet<>(v))));
    values(section, "groups", ConditionReader::text).ifPresent(v -> all.add(new GroupLeaf(v)));
    List<String> names = tables.devices().all().stream().map(Devices.Device::name).toList();
    values(section, "devices", (text, _) -> number(text, names, "device", "devices"))
        .ifPresent(v ->
            all.add(
                new DeviceLeaf(
                    tables.devices(), v.stream().mapToInt(Integer::intValue).toArray())));
  }

  private List<Condition> to(Section section) {
    List<Condition> all = new ArrayList<>();
    toFields(section, all);
    if (scope == Scope.EVERYTHING) {
      values(section, "scheme", (text, _) -> word(text, List.of("http", "https")))
          .ifPresent(v -> all.add(new SchemeLeaf(new LinkedHashSet<>(v))));
      values(section, "path", (text, _) -> PathPattern.parse(text))
          .ifPresent(v -> all.add(new PathLeaf(v)));
      values(section, "protocol", (text, _) -> word(text, ProtocolLeaf.WORDS))
          .ifPresent(v -> all.add(new ProtocolLeaf(new LinkedHashSet<>(v))));
    }
    not(section, this::to, all);
    return all;
  }

  private void toFields(Section section, List<Condition> all) {
    values(section, "host", (text, _) -> HostPattern.parse(text)).ifPresent(v -> all.add(hosts(v)));
    values(section, "port", (text, _) -> port(text)).ifPresent(v -> all.add(new PortLeaf(v)));
    values(section, "address", (text, _) -> Cidr.parse(text)).ifPresent(v -> all.add(addresses(v)));
    lists(section, "list", Catalogue.Kind.LIST).ifPresent(all::add);
    lists(section, "category", Catalogue.Kind.CATEGORY).ifPresent(all::add);
  }

  private HostLeaf hosts(List<HostPattern> patterns) {
    List<HostTable.Entry> entries =
        patterns.stream().map(pattern -> new HostTable.Entry(pattern, 0)).toList();
    return new HostLeaf(HostTable.of(tables.hash(), entries), patterns);
  }

  private static AddressLeaf addresses(List<Cidr> ranges) {
    CidrSet naming = CidrSet.of(ranges.stream().filter(range -> range.prefix() > 0).toList());
    return new AddressLeaf(
        CidrSet.of(ranges), naming, ranges.stream().map(Cidr::toString).toList());
  }

  private Optional<Condition> lists(Section section, String key, Catalogue.Kind kind) {
    List<Catalogue.Entry> entries = tables.catalogue().entries();
    List<String> names =
        entries.stream().filter(e -> e.kind() == kind).map(Catalogue.Entry::name).toList();
    int first = kind == Catalogue.Kind.LIST ? 0 : tables.catalogue().size() - names.size();
    ListLeaf.Parts parts =
        scope == Scope.BEFORE_TLS ? ListLeaf.Parts.NAMES : ListLeaf.Parts.NAMES_AND_URLS;
    String where = kind == Catalogue.Kind.LIST ? "lists" : "the folder of categories";
    return values(section, key, (text, _) -> first + number(text, names, key, where))
        .map(v ->
            new ListLeaf(
                tables.catalogue(), v.stream().mapToInt(Integer::intValue).toArray(), parts));
  }

  private List<Condition> response(Section section) {
    List<Condition> all = new ArrayList<>();
    values(section, "content-type", (text, _) -> contentType(text))
        .ifPresent(v -> all.add(new ContentTypeLeaf(v)));
    if (given(section, "max-size")) {
      all.add(new MaxSizeLeaf(section.bytes("max-size", 0)));
    }
    not(section, this::response, all);
    return all;
  }

  private Optional<Condition> when(Section section) {
    if (!given(section, "when")) {
      return Optional.empty();
    }
    Optional<Node> node = section.node("when");
    return section
        .text("when")
        .flatMap(source ->
            expressions
                .get()
                .compile(source, node.orElseThrow(), section.problems())
                .map(leaf -> (Condition) leaf));
  }

  /**
   * A block of conditions, all of which must hold. An empty one is refused: it would hold always,
   * which nobody writes on purpose.
   */
  private void block(
      Section parent, String key, Function<Section, List<Condition>> reader, List<Condition> into) {
    if (!given(parent, key)) {
      return;
    }
    parent.section(key).ifPresent(section -> into.addAll(read(section, reader)));
  }

  /** {@code not:} with one block, or a list of blocks of which none may hold. */
  private void not(
      Section parent, Function<Section, List<Condition>> reader, List<Condition> into) {
    if (!given(parent, "not")) {
      return;
    }
    for (Section section : parent.sections("not")) {
      into.add(new Condition.Not(new Condition.All(read(section, reader))));
    }
  }

  private static List<Condition> read(Section section, Function<Section, List<Condition>> reader) {
    long errors = section.problems().all().size();
    List<Condition> conditions = reader.apply(section);
    section.end();
    if (conditions.isEmpty() && section.problems().all().size() == errors) {
      section
          .problems()
          .error(
              section.mark(),
              section.name() + " has no condition; leave it out or say what is meant.");
    }
    return conditions;
  }

  /**
   * Whether a key is written; one without a value is refused, for a rule that silently lost a
   * condition would match too much.
   */
  private static boolean given(Section section, String key) {
    if (!section.has(key)) {
      return false;
    }
    if (section.node(key).isEmpty()) {
      section.problems().error(section.markOf(key), section.name() + "." + key + " has no value.");
      return false;
    }
    return true;
  }

  private interface Parser<T> {
    T parse(String text, Warnings warnings) throws MalformedException;
  }

  /** Lets a parser tell of a value that can be used and is probably not meant. */
  private interface Warnings {
    void warn(String message);
  }

  private static <T> Optional<List<T>> values(Section section, String key, Parser<T> parser) {
    if (!given(section, key)) {
      return Optional.empty();
    }
    BiFunction<String, Mark, Optional<T>> reporting =
        (text, mark) -> {
          try {
            return Optional.of(
                parser.parse(text, message -> section.problems().warning(mark, message)));
          } catch (MalformedException e) {
            section
                .problems()
                .error(
                    mark,
                    section.name()
                        + "."
                        + key
                        + ": '"
                        + text
                        + "' cannot be used because "
                        + e.reason()
                        + ".");
            return Optional.empty();
          }
        };
    List<T> values = section.values(key, reporting);
    if (section.items(key).isEmpty()) {
      section.problems().error(section.markOf(key), section.name() + "." + key + " has no value.");
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(values));
  }

  private static String text(String text, Warnings warnings) throws MalformedException {
    if (text.isBlank()) {
      throw new MalformedException("it is empty");
    }
    return text;
  }

  private static String word(String text, Collection<String> words) throws MalformedException {
    if (!words.contains(text)) {
      throw new MalformedException("it is none of " + String.join(", ", words));
    }
    return text;
  }

  private static int number(String name, List<String> names, String kind, String where)
      throws MalformedException {
    int number = names.indexOf(name);
    if (number < 0) {
      String hint =
          Spelling.nearest(name, names)
              .map(nearest -> "; did you mean '" + nearest + "'?")
              .orElse("");
      throw new MalformedException("there is no such " + kind + " in " + where + hint);
    }
    return number;
  }

  private static PortLeaf.Range port(String text) throws MalformedException {
    int dash = text.indexOf('-');
    int from = portNumber(dash < 0 ? text : text.substring(0, dash));
    int to = dash < 0 ? from : portNumber(text.substring(dash + 1));
    if (from > to) {
      throw new MalformedException("the range ends before it begins");
    }
    return new PortLeaf.Range(from, to);
  }

  private static int portNumber(String text) throws MalformedException {
    if (text.matches("[0-9]{1,5}")) {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= 65535) {
        return number;
      }
    }
    throw new MalformedException(
        "a port is a number from 1 to 65535, or two of them as in 8000-8999");
  }

  private static String method(String text, Warnings warnings) throws MalformedException {
    if (!text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      throw new MalformedException("it is not a method's name (RFC 9110 §9.1)");
    }
    if (text.equals("CONNECT")) {
      throw new MalformedException(
          "a tunnel is decided by its host and port; the methods are those of the requests in it");
    }
    if (!text.equals(text.toUpperCase(Locale.ROOT))) {
      warnings.warn(
          "methods are compared as written, and the usual ones are in upper case: "
              + text.toUpperCase(Locale.ROOT)
              + "?");
    }
    return text;
  }

  private static String contentType(String text) throws MalformedException {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!lower.matches("[a-z0-9!#$&^_.+-]+/([a-z0-9!#$&^_.+-]+|\\*)")) {
      throw new MalformedException(
          "a media type is written as text/html, or image/* for all of a kind");
    }
    return lower;
  }
}
