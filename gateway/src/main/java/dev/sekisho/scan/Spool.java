package dev.sekisho.scan;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room for bodies whose fate is not known yet: some memory for each, then a file. The files lose
 * their names as soon as they are open, so that whatever ends this process ends them too; a name
 * that was left in the instant between is swept at the next start.
 */
public final class Spool implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER_OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final SpoolConfig config;
  private final Path folder;
  private final Digests digests;
  private final Budget memory;
  private final Budget disk;
  private final Chunks chunks = new Chunks();
  private final AtomicLong number = new AtomicLong();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("spool-", 0).factory());

  /** Whether the SHA-256 of bodies is worked out as they come. */
  enum Digests {
    AS_THEY_COME,
    /** Most are not asked for. */
    WHEN_ASKED_FOR
  }

  private Spool(SpoolConfig config, Path folder, Digests digests) {
    this.config = config;
    this.digests = digests;
    this.folder = folder;
    this.memory = new Budget(config.memory());
    this.disk = new Budget(config.disk());
  }

  /**
   * @param folder of the spool's own; whatever lies in it is deleted
   * @throws IOException when it cannot be made or swept
   */
  static Spool open(SpoolConfig config, Path folder, Digests digests) throws IOException {
    Files.createDirectories(folder, FOLDER_OURS_ALONE);
    int swept = 0;
    try (var left = Files.newDirectoryStream(folder)) {
      for (Path file : left) {
        Files.delete(file);
        swept++;
      }
    }
    if (swept > 0) {
      LOG.info("{} files of bodies were left in {} and are deleted.", swept, folder);
    }
    return new Spool(config, folder, digests);
  }

  /** Begins to hold one body. */
  public HeldBody begin() {
    return new HeldBody(this);
  }

  int memoryPerBody() {
    return (int) Math.min(config.memoryPerBody(), 1 << 30);
  }

  Digests digests() {
    return digests;
  }

  Chunks chunks() {
    return chunks;
  }

  Budget memory() {
    return memory;
  }

  Budget disk() {
    return disk;
  }

  /**
   * A file without a name, for reading and writing. Its work is done by threads of the spool's own:
   * an interrupt of whoever waits for it would close another kind of channel under all its readers.
   */
  AsynchronousFileChannel file() throws IOException {
    Path path = folder.resolve("body-" + number.incrementAndGet());
    AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            threads,
            OURS_ALONE);
    Files.delete(path);
    return channel;
  }

  /** Bytes that all files together may have. */
  public long most() {
    return config.disk();
  }

  /** Bytes of bodies in memory now. */
  public long inMemory() {
    return memory.taken();
  }

  /** Bytes of bodies in files now. */
  public long onDisk() {
    return disk.taken();
  }

  @Override
  public void close() {
    // Whoever holds a body lets it go; the files have no names.
    threads.shutdown();
  }
}
