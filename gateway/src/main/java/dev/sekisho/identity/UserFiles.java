package dev.sekisho.identity;

import dev.sekisho.config.Mark;
import dev.sekisho.config.Problems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files users come from.
 *
 * @param passwords a line {@code name:bcrypt} each, as Apache's htpasswd writes them with {@code
 *     -B}
 * @param groups a line {@code group: name name} each
 */
public record UserFiles(Path passwords, Optional<Path> groups) {
  private static final long MOST_BYTES = 64L << 20;

  /** What a file looked like from outside; another one means that it has to be read again. */
  record Stamp(String passwords, String groups) {}

  /** Cheap: two looks at the file system, no reading. */
  Stamp stamp() {
    return new Stamp(stamp(passwords), groups.map(UserFiles::stamp).orElse(""));
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return seen.lastModifiedTime() + " " + seen.size() + " " + seen.fileKey();
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  /** Reads both; every problem with its place. Empty when there was any error. */
  public Optional<Users> read(Problems problems) {
    Problems found = new Problems();
    Stamp before = stamp();
    Map<String, StoredPassword> users =
        lines(passwords, "identity.password-file", found)
            .map(lines -> PasswordLines.read(lines, found))
            .orElse(Map.of());
    warnIfOpen(found);
    Map<String, Set<String>> members =
        groups
            .flatMap(file -> lines(file, "identity.group-file", found))
            .map(lines -> GroupLines.read(lines, users.keySet(), found))
            .orElse(Map.of());
    found
        .all()
        .forEach(problem -> {
          switch (problem.severity()) {
            case ERROR -> problems.error(problem.mark(), problem.message());
            case WARNING -> problems.warning(problem.mark(), problem.message());
          }
        });
    return found.hasErrors() ? Optional.empty() : Optional.of(new Users(users, members, before));
  }

  /** One line of a file, without its end. */
  record Line(Mark mark, String text) {
    Mark at(int index) {
      return new Mark(mark.file(), mark.line(), text.codePointCount(0, index) + 1);
    }

    boolean isBlankOrComment() {
      return text.isBlank() || text.startsWith("#");
    }
  }

  private static Optional<List<Line>> lines(Path file, String key, Problems problems) {
    Mark whole = Mark.file(file.toString());
    try {
      if (Files.size(file) > MOST_BYTES) {
        problems.error(whole, key + ": the file is larger than 64MiB, which no file of users is.");
        return Optional.empty();
      }
      return Optional.of(lines(file.toString(), Files.readAllBytes(file), problems));
    } catch (NoSuchFileException _) {
      problems.error(
          whole,
          key + ": there is no such file; 'sekisho user add NAME' makes a file of passwords.");
    } catch (IOException e) {
      problems.error(
          whole, key + ": the file cannot be read (" + e.getClass().getSimpleName() + ").");
    }
    return Optional.empty();
  }

  static List<Line> lines(String file, byte[] bytes, Problems problems) {
    List<Line> lines = new ArrayList<>();
    int start = 0;
    for (int number = 1; start < bytes.length; number++) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      Mark mark = new Mark(file, number, 0);
      int length = end > start && bytes[end - 1] == '\r' ? end - 1 - start : end - start;
      try {
        String text =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, start, length))
                .toString();
        lines.add(new Line(mark, text));
      } catch (CharacterCodingException _) {
        problems.error(mark, "this line is not UTF-8; save the file as UTF-8.");
      }
      start = end + 1;
    }
    return lines;
  }

  private void warnIfOpen(Problems problems) {
    try {
      PosixFileAttributeView view =
          Files.getFileAttributeView(passwords, PosixFileAttributeView.class);
      if (view == null) {
        return;
      }
      Set<PosixFilePermission> permissions = view.readAttributes().permissions();
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        problems.warning(
            Mark.file(passwords.toString()),
            "everybody on this machine can read the passwords' hashes, or change them; chmod o= "
                + passwords);
      }
    } catch (IOException _) {
      // that it cannot be read is told by reading it
    }
  }
}
