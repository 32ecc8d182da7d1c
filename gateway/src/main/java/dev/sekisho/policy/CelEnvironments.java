package dev.sekisho.policy;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The CEL environment, made when the first expression needs it: loading its classes takes a tenth
 * of a second.
 */
final class CelEnvironments {
  private final ZoneId zone;
  private @Nullable CelEnvironment environment;

  CelEnvironments(ZoneId zone) {
    this.zone = zone;
  }

  CelEnvironment get() {
    CelEnvironment made = environment;
    if (made == null) {
      made = new CelEnvironment(zone);
      environment = made;
    }
    return made;
  }
}
