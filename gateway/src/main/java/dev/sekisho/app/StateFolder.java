package dev.sekisho.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of everything that outlives the process; nobody but its owner may look in. */
final class StateFolder {
  private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<String> CONTENTS =
      Set.of("authority", "journal", "lists", "quarantine", "quarantine.key", "scan", "lost+found");

  private StateFolder() {}

  /**
   * Makes it (0700) where it does not exist. One that is there already, and this user's, is closed
   * to all others.
   */
  static Path make(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    try {
      if (Files.isDirectory(whole)) {
        tighten(whole);
      } else {
        if (whole.getParent() != null) {
          Files.createDirectories(whole.getParent());
        }
        Files.createDirectory(whole, PosixFilePermissions.asFileAttribute(PRIVATE));
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

  /**
   * Whether this process's user owns it. Java does not say who that is; the owner of a new file
   * does.
   */
  static boolean isOurs(Path folder) throws IOException {
    Path probe = Files.createTempFile("sekisho-", ".owner");
    try {
      UserPrincipal self = Files.getOwner(probe);
      return self.equals(Files.getOwner(folder));
    } finally {
      Files.delete(probe);
    }
  }

  private static void tighten(Path folder) throws IOException {
    Set<PosixFilePermission> now = Files.getPosixFilePermissions(folder);
    if (PRIVATE.containsAll(now)) {
      return;
    }
    String open = PosixFilePermissions.toString(now);
    if (isOurs(folder) && isForStateAlone(folder)) {
      Files.setPosixFilePermissions(folder, PRIVATE);
      LOG.warn(
          "The state folder {} was open to others ({}); it is now its owner's alone (0700).",
          folder,
          open);
    } else {
      LOG.warn(
          "The state folder {} is open to others ({}) and is left so, because it is not this user's or holds other things too.",
          folder,
          open);
    }
  }

  /** A slip such as {@code --state /tmp} must not close a folder that others need. */
  private static boolean isForStateAlone(Path folder) throws IOException {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      for (Path path : inside) {
        String name = path.getFileName().toString();
        if (!CONTENTS.contains(name)) {
          return false;
        }
      }
    }
    int mode = (Integer) Files.getAttribute(folder, "unix:mode");
    boolean shared = (mode & 01000) != 0;
    return !shared;
  }
}
