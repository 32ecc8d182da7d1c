package dev.sekisho.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key of the quarantine: 32 bytes, written as 64 hexadecimal digits in a file of its own. */
final class QuarantineKey {
  private static final int BYTES = 32;
  private static final int LONGEST_FILE = 1024;

  private QuarantineKey() {}

  /**
   * @throws IOException saying what is wrong with the file and never what is in it
   */
  static byte[] read(Path file) throws IOException {
    try {
      if (Files.size(file) > LONGEST_FILE) {
        throw notAKey(file);
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (text.length() != 2 * BYTES) {
        throw notAKey(file);
      }
      return HexFormat.of().parseHex(text);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no key file " + file + ".", e);
    } catch (IllegalArgumentException _) {
      throw notAKey(file);
    }
  }

  /** Makes one (0600) where there is none. */
  static byte[] readOrMake(Path file) throws IOException {
    if (!Files.exists(file)) {
      make(file);
    }
    return read(file);
  }

  /** By a link, which fails where another process was first. */
  private static void make(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    // createTempFile makes it 0600
    Path fresh = Files.createTempFile(StateFiles.folderOf(file), "quarantine-key-", ".new");
    try {
      Files.writeString(fresh, HexFormat.of().formatHex(key) + "\n", StandardCharsets.US_ASCII);
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException _) {
      // theirs, then
    } finally {
      Files.delete(fresh);
    }
  }

  private static IOException notAKey(Path file) {
    return new IOException(
        "The key file "
            + file
            + " must hold 64 hexadecimal digits, as 'openssl rand -hex 32' writes them.");
  }
}
