package dev.sekisho.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Goes through a configuration and the schema side by side. Of JSON Schema it understands what the
 * schema of the configuration uses: {@code $ref} to a definition, {@code anyOf}, {@code properties}
 * and {@code additionalProperties}, {@code items}, {@code enum}.
 */
final class SchemaWalk {
  private static final String DEFINITION = "#/definitions/";

  private final JsonNode root;

  SchemaWalk(JsonNode root) {
    this.root = root;
  }

  /** A place in the schema: its own words, and what people call it. */
  private record Place(String kind, JsonNode schema) {}

  /**
   * A mapping of the configuration.
   *
   * @param kind where the schema describes it; the same for every rule
   */
  record Site(String kind, ObjectNode value, JsonNode schema) {
    /** Whether its keys are the schema's, and not names that an operator chooses. */
    boolean closed() {
      return schema.has("properties");
    }

    Set<String> known() {
      return new TreeSet<>(schema.get("properties").propertyNames());
    }

    /** The closed vocabulary of a key; empty when it has none. */
    Set<String> words(String key) {
      Set<String> words = new TreeSet<>();
      JsonNode property = schema.path("properties").path(key);
      for (JsonNode one : List.of(property, property.path("anyOf").path(0))) {
        one.path("enum").forEach(word -> words.add(word.asString()));
      }
      return words;
    }
  }

  /** Every mapping of the configuration, from the top. */
  List<Site> objects(JsonNode configuration) {
    List<Site> sites = new ArrayList<>();
    walk(new Place("#", root), configuration, sites);
    return sites;
  }

  private void walk(Place described, JsonNode value, List<Site> sites) {
    Place place = resolve(described, value);
    if (value instanceof ObjectNode object) {
      sites.add(new Site(place.kind, object, place.schema));
      for (String key : object.propertyNames()) {
        JsonNode own = place.schema.path("properties").path(key);
        JsonNode property = own.isMissingNode() ? place.schema.path("additionalProperties") : own;
        walk(new Place(place.kind + "/" + key, property), object.get(key), sites);
      }
    } else if (value.isArray()) {
      for (JsonNode item : value) {
        walk(new Place(place.kind, place.schema.path("items")), item, sites);
      }
    }
  }

  /** Follows references, and of several descriptions takes the one meant for such a value. */
  private Place resolve(Place place, JsonNode value) {
    JsonNode schema = place.schema;
    if (schema.has("$ref")) {
      String target = schema.get("$ref").asString();
      JsonNode definition = root.path("definitions").path(target.substring(DEFINITION.length()));
      return resolve(new Place(target, definition), value);
    }
    for (JsonNode one : schema.path("anyOf")) {
      Place candidate = resolve(new Place(place.kind, one), value);
      if (fits(candidate.schema, value)) {
        return candidate;
      }
    }
    return place;
  }

  private static boolean fits(JsonNode schema, JsonNode value) {
    String type = schema.path("type").asString("");
    if (value.isObject()) {
      boolean complete = true;
      for (JsonNode key : schema.path("required")) {
        complete &= value.hasNonNull(key.asString());
      }
      return type.equals("object") && complete;
    }
    return value.isArray() == type.equals("array");
  }

  /** Every key that the schema describes, with the kind of mapping it stands in. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    collect("#", root, keys);
    for (String name : root.get("definitions").propertyNames()) {
      collect(DEFINITION + name, root.get("definitions").get(name), keys);
    }
    return keys;
  }

  private static void collect(String kind, JsonNode schema, Set<String> keys) {
    JsonNode properties = schema.path("properties");
    for (String key : properties.propertyNames()) {
      keys.add(kind + " " + key);
      collect(kind + "/" + key, properties.get(key), keys);
    }
  }

  /** A configuration in which every default of these sections is written out. */
  ObjectNode defaults(List<String> sections) {
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    for (String section : sections) {
      written(root.get("properties").get(section)).ifPresent(value -> top.set(section, value));
    }
    return top;
  }

  private static Optional<JsonNode> written(JsonNode schema) {
    if (schema.has("default")) {
      return Optional.of(schema.get("default"));
    }
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    JsonNode properties = schema.path("properties");
    for (String key : properties.propertyNames()) {
      written(properties.get(key)).ifPresent(value -> all.set(key, value));
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(all);
  }
}
