package harness;

import java.nio.file.Path;

/** Which names a proxy's rules refuse. */
sealed interface Names {
  /** The million of {@link ListedNames}, in that file. */
  record Listed(Path file) implements Names {}

  record None() implements Names {}
}
