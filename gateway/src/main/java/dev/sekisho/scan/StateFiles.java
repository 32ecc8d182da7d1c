package dev.sekisho.scan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files in the state folder, which nobody but the gateway's own user may read. */
final class StateFiles {
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private StateFiles() {}

  /** The folder in which the file is, made where it is missing. */
  static Path folderOf(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("no folder for " + file);
    }
    return Files.createDirectories(parent, PRIVATE_FOLDER);
  }

  /** Deletes what was not finished when a process died. */
  static void sweep(Path folder, String glob) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, glob)) {
      for (Path one : left) {
        Files.deleteIfExists(one);
      }
    }
  }
}
