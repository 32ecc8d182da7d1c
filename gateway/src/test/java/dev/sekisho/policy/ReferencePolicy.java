package dev.sekisho.policy;

import dev.sekisho.policy.RandomPolicyTest.World;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy and the simplest evaluator that follows the design's text word for word, with nothing
 * shared with the real one: strings for fields, no index, no compiled conditions. A condition's
 * value is the set of answers it could still have, by group.
 */
final class ReferencePolicy {
  static final List<String> HOSTS =
      List.of(
          "a.example", "b.example", "example", "www.a.example", "c.test", "10.1.2.3", "192.0.2.7");
  static final List<String> USERS = List.of("ann", "bob", "eve");
  static final List<String> GROUPS = List.of("dev", "ops");
  static final List<String> METHODS = List.of("GET", "POST", "PUT");
  static final List<String> PATHS =
      List.of("/a", "/a/b", "/c", "/a/../c", "/%61/x", "/a;x/b", "/A");
  static final List<String> ADDRESSES = List.of("10.1.2.3", "192.0.2.7", "198.51.100.1");
  static final List<String> TYPES = List.of("image/png", "text/html");

  private static final List<String> FIELDS =
      List.of(
          "users",
          "groups",
          "devices",
          "host",
          "port",
          "address",
          "scheme",
          "path",
          "method",
          "content-type",
          "cel-path",
          "cel-user-or-port");

  /** A field with its values, or with a {@code not} before it. */
  record Field(String name, List<String> values, boolean negated) {}

  record Line(
      String name, boolean allow, boolean observe, @Nullable String log, List<Field> fields) {
    boolean sameOutcome(Line other) {
      return allow == other.allow && Objects.equals(log, other.log);
    }
  }

  private final List<Line> lines;

  private ReferencePolicy(List<Line> lines) {
    this.lines = lines;
  }

  static ReferencePolicy random(Random random) {
    List<Line> lines = new ArrayList<>();
    int rules = random.nextInt(7);
    for (int i = 0; i < rules; i++) {
      boolean allow = random.nextBoolean();
      List<Field> fields = new ArrayList<>();
      for (int f = random.nextInt(4); f > 0; f--) {
        String name = RandomPolicyTest.pick(random, FIELDS);
        if (fields.stream()
            .noneMatch(field ->
                field.name.equals(name)
                    || (name.startsWith("cel") && field.name.startsWith("cel")))) {
          fields.add(
              new Field(
                  name,
                  RandomPolicyTest.some(random, values(name)),
                  !name.startsWith("cel") && random.nextInt(4) == 0));
        }
      }
      if (allow
          && !fields.isEmpty()
          && fields.stream().allMatch(field -> field.name.equals("content-type"))) {
        fields.clear();
      }
      String log = allow && random.nextInt(3) == 0 ? "host" : null;
      lines.add(new Line("r" + i, allow, random.nextInt(6) == 0, log, fields));
    }
    lines.add(new Line("default", random.nextInt(3) == 0, false, null, List.of()));
    return new ReferencePolicy(lines);
  }

  private static List<String> values(String field) {
    return switch (field) {
      case "users" -> USERS;
      case "groups" -> GROUPS;
      case "devices" -> List.of("one", "two");
      case "host" -> List.of("a.example", ".example", ".a.example", "c.test", "10.1.2.3");
      case "port" -> List.of("80", "443-8443");
      case "address" -> List.of("10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24");
      case "scheme" -> List.of("http", "https");
      case "path" -> List.of("/a/**", "/c", "/*/b", "/**");
      case "method" -> METHODS;
      case "content-type" -> List.of("image/*", "text/html");
      default -> List.of("x");
    };
  }

  String yaml() {
    StringBuilder yaml =
        new StringBuilder(
            "devices: {one: 10.1.0.0/16, two: 10.2.0.0/16}\npolicy:\n  default: "
                + (lines.getLast().allow ? "allow" : "deny")
                + "\n  rules:\n");
    for (Line line : lines.subList(0, lines.size() - 1)) {
      yaml.append("    - {name: ")
          .append(line.name)
          .append(", action: ")
          .append(line.allow ? "allow" : "deny");
      yaml.append(line.log == null ? "" : ", log: " + line.log)
          .append(line.observe ? ", observe: true" : "");
      block(yaml, "who", List.of("users", "groups", "devices"), line);
      block(yaml, "to", List.of("host", "port", "address", "scheme", "path"), line);
      block(yaml, "response", List.of("content-type"), line);
      for (Field field : line.fields) {
        switch (field.name) {
          case "method" ->
              yaml.append(field.negated ? ", not: {method: " : ", method: ")
                  .append(field.values)
                  .append(field.negated ? "}" : "");
          case "cel-path" -> yaml.append(", when: 'request.path.startsWith(\"/a\")'");
          case "cel-user-or-port" ->
              yaml.append(", when: 'user.name == \"ann\" || request.port == 443'");
          default -> {
            // in its block
          }
        }
      }
      yaml.append("}\n");
    }
    return lines.size() == 1 ? yaml.toString().replace("rules:\n", "rules: []\n") : yaml.toString();
  }

  private static void block(StringBuilder yaml, String block, List<String> names, Line line) {
    List<String> parts = new ArrayList<>();
    List<String> nots = new ArrayList<>();
    for (Field field : line.fields) {
      if (names.contains(field.name)) {
        (field.negated ? nots : parts)
            .add(
                (field.negated ? "{" : "")
                    + field.name
                    + ": "
                    + field.values
                    + (field.negated ? "}" : ""));
      }
    }
    if (!nots.isEmpty()) {
      parts.add("not: " + nots);
    }
    if (!parts.isEmpty()) {
      yaml.append(", ").append(block).append(": {").append(String.join(", ", parts)).append('}');
    }
  }

  /** Rules 2 to 7, as they are written. */
  String decide(World world) {
    List<Line> aside = new ArrayList<>();
    for (Line line : lines) {
      String truth = truth(line, world);
      if (truth.equals("unknowable")) {
        truth = line.allow ? "false" : "true";
      }
      if (line.observe || truth.equals("false")) {
        continue;
      }
      if (truth.equals("true")) {
        if (aside.stream().allMatch(one -> one.sameOutcome(line))) {
          return (line.allow ? "allow" : "deny") + " by " + line.name;
        }
        Line first =
            aside.stream()
                .filter(one -> needs(one, world) != Facts.Group.RESPONSE)
                .findFirst()
                .orElse(aside.getFirst());
        Line asking =
            needs(aside.getFirst(), world) == Facts.Group.RESPONSE ? first : aside.getFirst();
        return learn(asking, aside, world);
      }
      aside.add(line);
    }
    throw new IllegalStateException("the default ends every walk");
  }

  /** Who asks can be learnt before TLS alone, so before TLS it is. */
  private static String learn(Line asking, List<Line> aside, World world) {
    Facts.Group need = needs(asking, world);
    boolean throughTls = need == Facts.Group.REQUEST || need == Facts.Group.RESPONSE;
    if (throughTls && world.states().get(Facts.Group.REQUEST) == Facts.State.UNKNOWN) {
      for (Line line : aside) {
        if (missing(line, world).contains(Facts.Group.WHO)) {
          return "learn WHO for " + line.name;
        }
      }
    }
    return "learn " + need + " for " + asking.name;
  }

  /**
   * All its fields together: false when one is, else unknowable where that settles it, else
   * unknown, else true.
   */
  private static String truth(Line line, World world) {
    List<String> truths = line.fields.stream().map(field -> truth(field, line, world)).toList();
    if (truths.contains("false")) {
      return "false";
    }
    if (truths.contains("unknowable") && (line.allow || !truths.contains("unknown"))) {
      return "unknowable";
    }
    return truths.contains("unknown") ? "unknown" : "true";
  }

  private static Facts.Group needs(Line line, World world) {
    return missing(line, world).iterator().next();
  }

  private static Set<Facts.Group> missing(Line line, World world) {
    Set<Facts.Group> missing = EnumSet.noneOf(Facts.Group.class);
    for (Field field : line.fields) {
      if (truth(field, line, world).equals("unknown")) {
        group(field, world).ifPresent(missing::add);
      }
    }
    return missing;
  }

  private static Optional<Facts.Group> group(Field field, World world) {
    return switch (field.name) {
      case "users", "groups" -> Optional.of(Facts.Group.WHO);
      case "cel-user-or-port" ->
          world.port() == 443 ? Optional.empty() : Optional.of(Facts.Group.WHO);
      case "scheme", "path", "method", "cel-path" -> Optional.of(Facts.Group.REQUEST);
      case "address" ->
          Character.isDigit(world.host().charAt(0))
              ? Optional.empty()
              : Optional.of(Facts.Group.ADDRESS);
      case "content-type" -> Optional.of(Facts.Group.RESPONSE);
      default -> Optional.empty();
    };
  }

  private static String truth(Field field, Line line, World world) {
    Facts.State state = group(field, world).map(world.states()::get).orElse(Facts.State.KNOWN);
    return switch (state) {
      case UNKNOWN -> "unknown";
      case UNKNOWABLE -> "unknowable";
      case KNOWN -> {
        // what lets through needs every reading and address, what refuses needs one; not turns that
        // round
        boolean every = line.allow != field.negated;
        yield String.valueOf(matches(field, world, every) != field.negated);
      }
    };
  }

  private static boolean matches(Field field, World world, boolean every) {
    String name = field.name;
    return switch (name) {
      case "users" -> field.values.contains(world.values().get("user"));
      case "groups" -> field.values.contains(world.values().get("group"));
      case "devices" ->
          field.values.stream()
              .anyMatch(d -> world.client().startsWith(d.equals("one") ? "10.1." : "10.2."));
      case "host" ->
          field.values.stream()
              .anyMatch(h ->
                  h.equals(world.host())
                      || (h.startsWith(".")
                          && (h.substring(1).equals(world.host()) || world.host().endsWith(h))));
      case "port" ->
          field.values.stream()
              .anyMatch(p -> p.equals("80") ? world.port() == 80 : world.port() != 80);
      case "address" -> addresses(field, world, every);
      case "scheme" -> field.values.contains(world.values().get("scheme"));
      case "method" -> field.values.contains(world.values().get("method"));
      case "content-type" ->
          field.values.stream()
              .anyMatch(t ->
                  t.equals(world.values().get("type"))
                      || (t.equals("image/*") && "image/png".equals(world.values().get("type"))));
      case "path" ->
          paths(
              world, every, path -> field.values.stream().anyMatch(pattern -> glob(pattern, path)));
      case "cel-path" -> paths(world, every, path -> path.startsWith("/a"));
      case "cel-user-or-port" -> world.port() == 443 || "ann".equals(world.values().get("user"));
      default -> throw new IllegalStateException(name);
    };
  }

  private static boolean addresses(Field field, World world, boolean every) {
    List<String> addresses =
        Character.isDigit(world.host().charAt(0))
            ? List.of(world.host())
            : List.of(
                Objects.requireNonNull(world.values().get("address")),
                Objects.requireNonNull(world.values().get("address2")));
    java.util.function.Predicate<String> in =
        address ->
            field.values.stream()
                .anyMatch(range -> address.startsWith(range.substring(0, range.indexOf(".0"))));
    return every ? addresses.stream().allMatch(in) : addresses.stream().anyMatch(in);
  }

  /** The readings of {@link #PATHS}, written out by hand. */
  private static boolean paths(
      World world, boolean every, java.util.function.Predicate<String> holds) {
    String path = Objects.requireNonNull(world.values().get("path"));
    List<String> readings =
        switch (path) {
          case "/a/../c" -> List.of("/a/../c", "/c");
          case "/%61/x" -> List.of("/%61/x", "/a/x");
          case "/a;x/b" -> List.of("/a;x/b", "/a/b");
          default -> List.of(path);
        };
    return every ? readings.stream().allMatch(holds) : readings.stream().anyMatch(holds);
  }

  private static boolean glob(String pattern, String path) {
    return switch (pattern) {
      case "/a/**" -> path.equals("/a") || path.startsWith("/a/");
      case "/c" -> path.equals("/c");
      case "/*/b" -> path.matches("/[^/]*/b");
      case "/**" -> true;
      default -> throw new IllegalStateException(pattern);
    };
  }
}
