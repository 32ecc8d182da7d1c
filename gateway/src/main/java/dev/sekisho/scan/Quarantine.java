package dev.sekisho.scan;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of infected bodies, each in an encrypted file that is named by the record of its
 * exchange. Files appear whole, by rename. Used by the gateway that fills it ({@link
 * QuarantineKeeper}) and by the commands that look into it.
 */
public final class Quarantine {
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

  /** What a file of which only the beginning is there is called. */
  private static final String UNFINISHED = ".new";

  private final Path folder;
  private final Path keyFile;
  private final boolean ownKey;

  /**
   * @param state the state folder
   */
  public Quarantine(QuarantineConfig config, Path state) {
    this.folder = config.folder().orElseGet(() -> state.resolve("quarantine"));
    this.keyFile = config.key().orElseGet(() -> state.resolve("quarantine.key"));
    this.ownKey = config.key().isEmpty();
  }

  /** One body in it. */
  public sealed interface Kept {
    String record();

    /**
     * @param bytes on disk
     */
    record Readable(String record, QuarantineItem item, long bytes) implements Kept {}

    /**
     * @param why the end of a sentence
     */
    record Unreadable(String record, String why) implements Kept {}
  }

  public Path folder() {
    return folder;
  }

  /** In order of their records, which is that of time. */
  public List<Kept> list() throws IOException {
    List<Kept> all = new ArrayList<>();
    for (String record : records()) {
      try {
        all.add(new Kept.Readable(record, show(record), Files.size(file(record))));
      } catch (NoSuchFileException _) {
        // deleted meanwhile
      } catch (IOException e) {
        all.add(new Kept.Unreadable(record, String.valueOf(e.getMessage())));
      }
    }
    return all;
  }

  /** The names of what is there, the oldest first. */
  List<String> records() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> ID.matcher(name).matches())
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw new IOException("its folder cannot be read", e);
    }
  }

  /**
   * @throws NoSuchFileException where it is not there
   * @throws IOException where it cannot be read; its message is the end of a sentence
   */
  public QuarantineItem show(String record) throws IOException {
    try (Opening opening = open(record)) {
      return opening.item;
    }
  }

  /**
   * Writes a body, as it was sent, into a new file (0600); whole or not at all.
   *
   * @throws NoSuchFileException where there is no such record
   * @throws FileAlreadyExistsException where there is such a file
   */
  public QuarantineItem release(String record, Path to) throws IOException {
    Path parent = to.toAbsolutePath().getParent();
    if (Files.exists(to) || parent == null) {
      throw new FileAlreadyExistsException(to.toString());
    }
    try (Opening opening = open(record)) {
      // createTempFile makes it 0600
      Path fresh = Files.createTempFile(parent, ".sekisho-", UNFINISHED);
      try {
        MessageDigest sha256 = Sha256.begin();
        try (OutputStream out =
            new DigestOutputStream(
                new BufferedOutputStream(Files.newOutputStream(fresh)), sha256)) {
          opening.sealed.writeBody(out);
        } catch (EOFException e) {
          throw new IOException("it was cut", e);
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(opening.item.sha256())) {
          throw new IOException("its SHA-256 is not the one it was kept with");
        }
        Files.move(fresh, to);
      } finally {
        Files.deleteIfExists(fresh);
      }
      return opening.item;
    }
  }

  /**
   * @throws NoSuchFileException where it is not there
   */
  public void remove(String record) throws IOException {
    Files.delete(file(record));
  }

  /** A file of it while it is read. */
  private record Opening(InputStream in, Seal.Opened sealed, QuarantineItem item)
      implements Closeable {
    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private Opening open(String record) throws IOException {
    Path file = file(record);
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 17);
    try {
      Seal.Opened sealed = Seal.open(in, QuarantineKey.read(keyFile));
      QuarantineItem item = QuarantineItem.parse(sealed.header());
      if (!item.record().equals(record)) {
        throw new IOException("it belongs to the record " + item.record());
      }
      return new Opening(in, sealed, item);
    } catch (EOFException e) {
      in.close();
      throw new IOException("it was cut", e);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  Path file(String record) throws NoSuchFileException {
    if (!ID.matcher(record).matches()) {
      throw new NoSuchFileException(record);
    }
    return folder.resolve(record);
  }

  /**
   * Writes a body into it.
   *
   * @return bytes on disk
   */
  long write(QuarantineItem item, Body.Source source) throws IOException {
    Path target = file(item.record());
    byte[] key = ownKey ? QuarantineKey.readOrMake(keyFile) : QuarantineKey.read(keyFile);
    StateFiles.folderOf(target);
    // createTempFile makes it 0600
    Path fresh = Files.createTempFile(folder, item.record() + "-", UNFINISHED);
    try {
      try (InputStream body = source.open();
          var file = new FileOutputStream(fresh.toFile());
          var out = new BufferedOutputStream(file, 1 << 16)) {
        Seal.write(out, key, item.toBytes(), body);
        out.flush();
        file.getFD().sync();
      }
      long bytes = Files.size(fresh);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      return bytes;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** Deletes what was being written when a process died. */
  void sweep() throws IOException {
    StateFiles.sweep(folder, "*" + UNFINISHED);
  }
}
