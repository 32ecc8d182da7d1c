package dev.sekisho.data.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A secret that stands in a file or in the environment, never in the configuration itself. */
public sealed interface Passphrase {
  record Known(String text) implements Passphrase {
    /** Nobody should print it, not even by mistake. */
    @Override
    public String toString() {
      return "Known[...]";
    }
  }

  record Unknown(String sentence) implements Passphrase {}

  /**
   * @param reference {@code file:PATH} (the first line of it) or {@code env:NAME}
   * @param folder relative paths start here
   */
  static Passphrase read(String reference, Path folder) {
    if (reference.startsWith("env:")) {
      String name = reference.substring("env:".length());
      String value = System.getenv(name);
      return value == null || value.isEmpty()
          ? new Unknown("the environment has no variable " + name + ".")
          : new Known(value);
    }
    if (!reference.startsWith("file:")) {
      return new Unknown("expected file:PATH or env:NAME; secrets are not written here.");
    }
    Path file = folder.resolve(reference.substring("file:".length()));
    try {
      String first = Files.readString(file).lines().findFirst().orElse("");
      return first.isEmpty() ? new Unknown("the file " + file + " is empty.") : new Known(first);
    } catch (IOException _) {
      return new Unknown("the file " + file + " cannot be read.");
    }
  }
}
