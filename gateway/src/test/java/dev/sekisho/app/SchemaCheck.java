package dev.sekisho.app;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Validates a configuration as an editor would, with as much of JSON Schema as ours uses. */
record SchemaCheck(JsonNode root) {
  /** What an editor would underline; empty when nothing. */
  List<String> complaints(JsonNode configuration) {
    return complaints(root, configuration, "");
  }

  private List<String> complaints(JsonNode schema, JsonNode value, String at) {
    if (schema.has("$ref")) {
      String name = schema.get("$ref").asString().substring("#/definitions/".length());
      return complaints(root.get("definitions").get(name), value, at);
    }
    List<String> all = new ArrayList<>(own(schema, value, at));
    if (schema.has("anyOf") && !anyOf(schema.get("anyOf"), value, at)) {
      all.add(at + ": none of the forms it may have");
    }
    for (String key : value.isObject() ? value.propertyNames() : List.<String>of()) {
      JsonNode property = schema.path("properties").path(key);
      JsonNode others = schema.path("additionalProperties");
      if (!property.isMissingNode() || others.isObject()) {
        all.addAll(
            complaints(
                property.isMissingNode() ? others : property, value.get(key), at + "/" + key));
      } else if (others.isBoolean()) {
        all.add(at + ": unknown key " + key);
      }
    }
    for (JsonNode item : value.isArray() && schema.has("items") ? value : List.<JsonNode>of()) {
      all.addAll(complaints(schema.get("items"), item, at + "[]"));
    }
    return all;
  }

  private boolean anyOf(JsonNode forms, JsonNode value, String at) {
    boolean any = false;
    for (JsonNode form : forms) {
      any |= complaints(form, value, at).isEmpty();
    }
    return any;
  }

  private static List<String> own(JsonNode schema, JsonNode value, String at) {
    List<String> all = new ArrayList<>();
    if (schema.has("type") && !lists(schema.get("type"), type(value))) {
      all.add(at + ": is of type " + type(value));
    }
    if (schema.has("enum") && !lists(schema.get("enum"), value.asString(""))) {
      all.add(at + ": is none of " + schema.get("enum"));
    }
    String pattern = schema.path("pattern").asString("");
    if (value.isString() && !Pattern.compile(pattern).matcher(value.asString()).find()) {
      all.add(at + ": is not like " + pattern);
    }
    if (value.isNumber()
        && (value.asLong() < schema.path("minimum").asLong(Long.MIN_VALUE)
            || value.asLong() > schema.path("maximum").asLong(Long.MAX_VALUE))) {
      all.add(at + ": is out of range");
    }
    if (value.isArray() && value.size() < schema.path("minItems").asInt(0)) {
      all.add(at + ": is empty");
    }
    for (JsonNode key : value.isObject() ? schema.path("required") : List.<JsonNode>of()) {
      if (!value.has(key.asString())) {
        all.add(at + ": has no " + key.asString());
      }
    }
    return all;
  }

  private static boolean lists(JsonNode words, String word) {
    boolean found = words.isString() && words.asString().equals(word);
    for (JsonNode one : words) {
      found |= one.asString().equals(word);
    }
    return found;
  }

  private static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> "null";
      case BOOLEAN -> "boolean";
      case STRING -> "string";
      case NUMBER -> "integer";
      case ARRAY -> "array";
      case OBJECT -> "object";
      case BINARY, MISSING, POJO -> "nothing that YAML has";
    };
  }
}
