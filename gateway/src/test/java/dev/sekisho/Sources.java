package dev.sekisho;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout that a test runs in: tests that read sources and pages find them from here. */
record Sources(Path root) {
  /** The folder that holds the launcher, at or above the folder the tests were started in. */
  static Sources find() {
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("sekisho")) && Files.isDirectory(at.resolve("gateway"))) {
        return new Sources(at);
      }
    }
    throw new IllegalStateException("no checkout of Sekisho at or above " + start);
  }

  /**
   * Files below a folder of the checkout, relative to its root, sorted; nothing that was built is
   * among them.
   */
  List<Path> below(String folder, String suffix) {
    Path top = root.resolve(folder);
    if (!Files.isDirectory(top)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(top)) {
      return walk.filter(Files::isRegularFile)
          .map(root::relativize)
          .filter(path -> path.toString().endsWith(suffix))
          .filter(path -> !isBuilt(path))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Path> java() {
    return Stream.of("gateway/src", "backoffice/src", "bench")
        .flatMap(folder -> below(folder, ".java").stream())
        .toList();
  }

  String read(Path relative) {
    try {
      return Files.readString(root.resolve(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isBuilt(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.equals("target")
          || name.equals("dist")
          || name.equals("var")
          || name.startsWith(".git")) {
        return true;
      }
    }
    return false;
  }
}
