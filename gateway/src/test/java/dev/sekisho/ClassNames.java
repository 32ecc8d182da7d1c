package dev.sekisho;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Simple names of every class there is, nested ones among them, so that a page may speak of them.
 */
final class ClassNames {
  private ClassNames() {}

  static Set<String> ofTheJdkAndLibraries() throws IOException {
    Set<String> names = new HashSet<>();
    try (Stream<Path> jdk =
        Files.walk(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules"))) {
      jdk.map(Path::toString).forEach(path -> add(path, names));
    }
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (element.endsWith(".jar")) {
        try (JarFile jar = new JarFile(element)) {
          jar.stream().forEach(entry -> add(entry.getName(), names));
        }
      }
    }
    return names;
  }

  private static void add(String path, Set<String> names) {
    if (path.endsWith(".class")) {
      String file = path.substring(path.lastIndexOf('/') + 1, path.length() - ".class".length());
      names.add(file.substring(file.lastIndexOf('$') + 1));
    }
  }
}
