package dev.sekisho.scan.icap;

import java.util.List;
import java.util.Optional;

/**
 * The head of a message of ICAP or HTTP.
 *
 * @param line the first, without its end
 */
public record Head(String line, List<Field> fields) {
  public Head {
    fields = List.copyOf(fields);
  }

  /** The value of the first field of this name. */
  public Optional<String> first(String name) {
    return all(name).stream().findFirst();
  }

  /** The values of all fields of this name. */
  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  /** The elements of a field that is a list, over all its lines. */
  List<String> elements(String name) {
    return all(name).stream()
        .flatMap(value -> List.of(value.split("[,\n]", -1)).stream())
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
