package dev.sekisho.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder of everything that outlives the process; nobody but its owner may look in. */
final class StateFolder {
  private StateFolder() {}

  /** Makes it (0700) where it does not exist. */
  static Path make(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    try {
      if (!Files.isDirectory(whole)) {
        if (whole.getParent() != null) {
          Files.createDirectories(whole.getParent());
        }
        Files.createDirectory(
            whole,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw new UserError(
          "The state folder "
              + whole
              + " cannot be made ("
              + e.getClass().getSimpleName()
              + "). Give another one with --state, or make it and give it to the user who runs Sekisho.");
    }
    if (!Files.isWritable(whole)) {
      throw new UserError(
          "The state folder "
              + whole
              + " cannot be written to by this user. Give another one with --state.");
    }
    return whole;
  }
}
