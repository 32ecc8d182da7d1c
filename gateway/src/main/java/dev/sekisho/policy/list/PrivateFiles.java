package dev.sekisho.policy.list;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files of the state folder: readable by the gateway's own user alone, put in place whole by
 * rename.
 */
final class PrivateFiles {
  private PrivateFiles() {}

  /** Makes the folder and its parents; a new one is for the owner only. */
  static void folder(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * A new empty file beside the target; the caller writes it and then calls {@link #putInPlace}.
   */
  static Path temporary(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("no folder for " + target);
    }
    folder(parent);
    // createTempFile makes it 0600
    return Files.createTempFile(parent, target.getFileName() + ".", ".new");
  }

  /**
   * Makes the written file durable and gives it the target's name; readers see the old one or the
   * new one, never a part.
   */
  static void putInPlace(Path written, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(
        written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void replace(Path target, byte[] content) throws IOException {
    Path written = temporary(target);
    try (FileChannel channel = FileChannel.open(written, Set.of(StandardOpenOption.WRITE))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
    putInPlace(written, target);
  }
}
