package dev.sekisho.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes files of users for {@code sekisho user}. Only the lines of the user meant are touched;
 * comments, order and lines that nobody understands stay as they are, byte for byte. A file is
 * written anew beside the old one and takes its place, so that who reads it sees the old or the
 * new, and only its owner and group may read it.
 */
public final class UserEditor {
  /** Bytes as characters one to one, so that nothing is lost of what is not UTF-8. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final UserFiles files;

  public UserEditor(UserFiles files) {
    this.files = files;
  }

  /** What became of it. */
  public enum Done {
    ADDED,
    CHANGED,
    REMOVED,
    NOTHING
  }

  /** What is wrong with a name of a user or group, as a clause; empty when nothing is. */
  public static Optional<String> faultOfName(String name) {
    return UserName.fault(UserName.normal(name));
  }

  /** What is wrong with a new password, as a clause; empty when nothing is. */
  public static Optional<String> faultOfPassword(String password) {
    if (password.isEmpty()) {
      return Optional.of("it is empty");
    }
    if (password.chars().anyMatch(Character::isISOControl)) {
      return Optional.of("it has a control character");
    }
    return bytes(password).length > StoredPassword.MOST_BYTES
        ? Optional.of(
            "it is longer than "
                + StoredPassword.MOST_BYTES
                + " bytes, of which bcrypt would ignore the rest")
        : Optional.empty();
  }

  private static byte[] bytes(String password) {
    return UserName.normal(password).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Gives a user a password; both have no fault.
   *
   * @param cost of bcrypt, 4 to 16
   */
  public Done add(String name, String password, int cost) throws IOException {
    String user = UserName.normal(name);
    String line = raw(user) + ":" + StoredPassword.of(bytes(password), cost).hash();
    List<String> lines = lines(files.passwords());
    int at = indexOf(lines, user);
    if (at < 0) {
      lines.add(line);
    } else {
      lines.set(at, line);
    }
    write(files.passwords(), lines);
    return at < 0 ? Done.ADDED : Done.CHANGED;
  }

  /** Takes a user out of the file of passwords and out of all groups. */
  public Done remove(String name) throws IOException {
    String user = UserName.normal(name);
    List<String> lines = lines(files.passwords());
    if (!lines.removeIf(line -> names(line, user))) {
      return Done.NOTHING;
    }
    write(files.passwords(), lines);
    if (files.groups().isPresent() && Files.exists(files.groups().get())) {
      join(name, Set.of());
    }
    return Done.REMOVED;
  }

  /** Puts a user into these groups and takes it out of all others. */
  public void join(String name, Set<String> wanted) throws IOException {
    Path file = files.groups().orElseThrow();
    String user = raw(UserName.normal(name));
    List<String> missing = new ArrayList<>(wanted.stream().map(UserName::normal).toList());
    List<String> before = lines(file);
    List<String> lines = new ArrayList<>();
    for (String line : before) {
      int colon = line.indexOf(':');
      if (line.isBlank() || line.startsWith("#") || colon < 0) {
        lines.add(line);
        continue;
      }
      String group = UserName.normal(text(line.substring(0, colon)));
      List<String> members = members(line.substring(colon + 1));
      boolean join = missing.remove(group);
      boolean changed = join ? !members.contains(user) : members.contains(user);
      members.removeIf(user::equals);
      if (join) {
        members.add(user);
      }
      lines.add(changed ? line.substring(0, colon + 1) + spaced(members) : line);
    }
    missing.forEach(group -> lines.add(raw(group) + ":" + spaced(List.of(user))));
    if (!lines.equals(before)) {
      write(file, lines);
    }
  }

  private static List<String> members(String text) {
    return new ArrayList<>(
        Arrays.stream(text.strip().split("[ \t]+")).filter(word -> !word.isEmpty()).toList());
  }

  private static String spaced(List<String> members) {
    return members.isEmpty() ? "" : " " + String.join(" ", members);
  }

  private static int indexOf(List<String> lines, String user) {
    for (int i = 0; i < lines.size(); i++) {
      if (names(lines.get(i), user)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean names(String line, String user) {
    int colon = line.indexOf(':');
    return colon >= 0
        && !line.startsWith("#")
        && UserName.normal(text(line.substring(0, colon))).equals(user);
  }

  private static String raw(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), BYTES);
  }

  private static String text(String raw) {
    return new String(raw.getBytes(BYTES), StandardCharsets.UTF_8);
  }

  private static List<String> lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new ArrayList<>();
    }
    String whole = Files.readString(file, BYTES);
    List<String> lines = new ArrayList<>(List.of(whole.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines;
  }

  private static void write(Path file, List<String> lines) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path fresh = real.resolveSibling(real.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(BYTES));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          fresh + " is there already: another change is under way, or was broken off. Remove it.",
          e);
    }
    try {
      if (Files.exists(real)) {
        likeBefore(real, fresh);
      }
      Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  /**
   * Whose the file is stays as it was, for root may change what a service reads; others than owner
   * and group lose their right to read it.
   */
  private static void likeBefore(Path before, Path fresh) throws IOException {
    PosixFileAttributes old = Files.readAttributes(before, PosixFileAttributes.class);
    PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
    PosixFileAttributes now = view.readAttributes();
    if (!now.group().equals(old.group())) {
      view.setGroup(old.group());
    }
    if (!now.owner().equals(old.owner())) {
      view.setOwner(old.owner());
    }
    Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_ONLY);
    if (old.permissions().contains(PosixFilePermission.GROUP_READ)) {
      permissions.add(PosixFilePermission.GROUP_READ);
    }
    view.setPermissions(permissions);
  }
}
