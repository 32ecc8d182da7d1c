package dev.sekisho.policy;

import dev.sekisho.net.PathReadings;
import java.util.List;

/** The readings of a request's path. The asterisk form has one: itself. */
final class Readings {
  private Readings() {}

  static List<String> of(String path) {
    return path.startsWith("/") ? PathReadings.of(path) : List.of(path);
  }
}
