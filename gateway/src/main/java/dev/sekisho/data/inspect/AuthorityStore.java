package dev.sekisho.data.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;

/**
 * The authorities of a state folder. Each is one file, key and certificates together, so that no
 * crash can leave a key beside another's certificate. A file comes to its name whole: the first one
 * by a hard link, which fails when another process was faster (whose authority is then taken),
 * later ones by rename.
 *
 * <pre>
 *   (nothing)        -- first run -->        current
 *   current          -- rotate -->           current + next     leaves by current, both published
 *   current + next   -- rotate -->           current            the next one; the old is "previous"
 *   current          -- rotate, now -->      current            a new one; the old is "previous"
 *   current          -- import -->           current            the given one; the old is "previous"
 * </pre>
 *
 * <p>Who changes something while another process does too is not helped: operators do it by hand,
 * and every step leaves whole files.
 */
public final class AuthorityStore {
  private final Path folder;

  /**
   * @param state the state folder; the authority's own is made below it when there is something to
   *     keep
   */
  public AuthorityStore(Path state) {
    this.folder = state.resolve("authority");
  }

  /** One file of the folder. */
  private enum Slot {
    CURRENT("current.pem"),
    NEXT("next.pem"),
    PREVIOUS("previous.pem");

    private final String file;

    Slot(String file) {
      this.file = file;
    }
  }

  /** Where the current authority is, or would be. */
  public Path file() {
    return path(Slot.CURRENT);
  }

  /** Where the one before is, if there was one. */
  public Path previousFile() {
    return path(Slot.PREVIOUS);
  }

  /**
   * The authority that signed before the current one: what it signed is not to be believed either.
   *
   * @throws IOException with a sentence when its file is there and cannot be used
   */
  public Optional<Authority> previous() throws IOException {
    return load(Slot.PREVIOUS);
  }

  /**
   * The authorities as they are, whether expired or not; empty when none was made yet.
   *
   * @throws IOException with a sentence when a file is there and cannot be used
   */
  public Optional<Authorities> look() throws IOException {
    Optional<Authority> current = load(Slot.CURRENT);
    if (current.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Authorities(current.get(), load(Slot.NEXT)));
  }

  /**
   * The authorities to work with; the first is made when there is none.
   *
   * @throws IOException with a sentence, also when the current one is expired
   */
  public Authorities open(String host, Instant now) throws IOException {
    Optional<Authorities> there = look();
    if (there.isEmpty()) {
      makeFirst(Authority.make(host, now));
      there = look();
    }
    Authorities found =
        there.orElseThrow(() -> new IOException("the authority in " + file() + " has vanished."));
    Optional<String> age = AuthorityFile.age(found.current(), file().toString(), now);
    if (age.isPresent()) {
      throw new IOException(age.get() + " Make another with 'sekisho ca rotate --now'.");
    }
    return found;
  }

  /** What a rotation came to. */
  public sealed interface Rotated {
    /** The next one is published; the current one still signs. */
    record Announced(Authority next) implements Rotated {}

    /** What was next, or new, signs from now on. */
    record Changed(Authority current) implements Rotated {}
  }

  /** When the new authority begins to sign. */
  public enum Pace {
    /** At the second rotation, so that clients can learn it meanwhile. */
    OVERLAP,
    AT_ONCE
  }

  /** One step of a rotation; see the table of this class. */
  public Rotated rotate(Pace pace, String host, Instant now) throws IOException {
    Optional<Authority> next = load(Slot.NEXT);
    if (next.isPresent()) {
      keepPrevious();
      Files.move(
          path(Slot.NEXT),
          path(Slot.CURRENT),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return new Rotated.Changed(next.get());
    }
    Authority made = Authority.make(host, now);
    return switch (pace) {
      case OVERLAP -> {
        write(Slot.NEXT, made);
        yield new Rotated.Announced(made);
      }
      case AT_ONCE -> {
        replace(made);
        yield new Rotated.Changed(made);
      }
    };
  }

  /** Puts an authority in the current one's place, which is kept as the previous one. */
  public void replace(Authority authority) throws IOException {
    keepPrevious();
    write(Slot.CURRENT, authority);
  }

  /** Publishes an authority that a later rotation makes the current one. */
  public void announce(Authority authority) throws IOException {
    write(Slot.NEXT, authority);
  }

  private void makeFirst(Authority authority) throws IOException {
    Path written = written(Slot.CURRENT, authority);
    try {
      Files.createLink(path(Slot.CURRENT), written);
    } catch (FileAlreadyExistsException _) {
      // Another process was faster, and its authority is the one.
    } finally {
      Files.delete(written);
    }
  }

  private void keepPrevious() throws IOException {
    if (Files.exists(path(Slot.CURRENT))) {
      byte[] now = Files.readAllBytes(path(Slot.CURRENT));
      put(Slot.PREVIOUS, temporary(Slot.PREVIOUS, now));
    }
  }

  private void write(Slot slot, Authority authority) throws IOException {
    put(slot, written(slot, authority));
  }

  private Path written(Slot slot, Authority authority) throws IOException {
    return temporary(slot, authority.pemWithKey().getBytes(StandardCharsets.US_ASCII));
  }

  private Path temporary(Slot slot, byte[] content) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    // createTempFile makes it 0600.
    Path file = Files.createTempFile(folder, slot.file + ".", ".new");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    return file;
  }

  private void put(Slot slot, Path written) throws IOException {
    Files.move(
        written, path(slot), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Optional<Authority> load(Slot slot) throws IOException {
    Path file = path(slot);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return switch (AuthorityFile.readAnyAge(file, file, Optional.empty())) {
      case AuthorityFile.Outcome.Usable usable -> Optional.of(usable.authority());
      case AuthorityFile.Outcome.Unusable bad -> throw new IOException(bad.sentence());
    };
  }

  private Path path(Slot slot) {
    return folder.resolve(slot.file);
  }
}
