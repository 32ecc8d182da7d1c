package dev.sekisho.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of segments. Names are {@code 20261124T061514.123456Z-00003.segment}: when it was
 * made, never earlier than the segment before even when the clock goes back, and the event loop. So
 * names sort by time.
 */
final class SegmentFolder {
  static final Set<PosixFilePermission> FOLDER_MODE = PosixFilePermissions.fromString("rwx------");
  static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** A segment as a reader finds it. */
  record Found(Path file, SegmentFormat.Header header) {}

  private final Path folder;
  private final Kernel kernel;
  private final long run = new SecureRandom().nextLong();
  private final AtomicLong lastCreated = new AtomicLong();
  private volatile boolean namesChanged;

  SegmentFolder(Path folder, Kernel kernel) {
    this.folder = folder;
    this.kernel = kernel;
  }

  Path path() {
    return folder;
  }

  /** Makes the folder, private to its owner. */
  void makeFolder() throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, FOLDER_MODE);
  }

  /** Throws away what a crash left half made. The folder must be locked. */
  void tidy() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".new")).toList()) {
        Files.delete(file);
      }
    }
    for (Found found : list(folder)) {
      lastCreated.accumulateAndGet(found.header.createdMicros(), Math::max);
    }
  }

  /** Every segment with a readable header, by name. */
  static List<Found> list(Path folder) throws IOException {
    List<Found> result = new ArrayList<>();
    for (Path file : files(folder)) {
      SegmentFormat.Header header = header(file);
      if (header != null) {
        result.add(new Found(file, header));
      }
    }
    return result;
  }

  /** Every file that should be a segment, by name. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(SegmentFormat.SUFFIX)).sorted().toList();
    }
  }

  /** The header of a file, or null when it is gone or has none. */
  static SegmentFormat.@Nullable Header header(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(SegmentFormat.HEADER);
      while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
        // until the header is whole or the file ends
      }
      return SegmentFormat.parseHeader(bytes.flip());
    } catch (java.nio.file.NoSuchFileException _) {
      return null;
    }
  }

  /** A new segment of the given size, all of it really on the disk. */
  MappedSegment create(int loop, long size, long nowMicros) throws IOException {
    Path made = create(loop, nowMicros, file -> kernel.create(file, size));
    return MappedSegment.map(made, kernel);
  }

  /** What puts the space or the content of a segment into a new file. */
  interface Filling {
    void fill(Path file) throws IOException;
  }

  /** A new segment file: filled under another name, its header written, then put in its place. */
  Path create(int loop, long nowMicros, Filling filling) throws IOException {
    long created = lastCreated.accumulateAndGet(nowMicros, (last, now) -> Math.max(last + 1, now));
    Path file =
        folder.resolve(
            NAME.format(Instant.EPOCH.plus(created, java.time.temporal.ChronoUnit.MICROS))
                + String.format(Locale.ROOT, "-%05d", loop)
                + SegmentFormat.SUFFIX);
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Path fresh = folder.resolve(file.getFileName() + ".new");
    try {
      filling.fill(fresh);
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.write(SegmentFormat.header(loop, created, run), 0);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      namesChanged = true;
      return file;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  /**
   * Writes into the header that the segment is finished: how much of it is used, and when. Cuts off
   * the rest.
   */
  static void finish(Path file, long used, long finishedMicros) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer fields = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(fields.putLong(used).putLong(finishedMicros).flip(), SegmentFormat.USED_AT);
      channel.truncate(used);
      channel.force(false);
    }
  }

  /** Writes into the header that every record opened in the segment has its end. */
  static void settle(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(1).flip(),
          SegmentFormat.SETTLED_AT);
      channel.force(false);
    }
  }

  /**
   * Makes new names durable: a segment whose name is lost with the power is lost whole. Waits for
   * the disk.
   */
  void forceNames() throws IOException {
    if (!namesChanged) {
      return;
    }
    namesChanged = false;
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  Kernel kernel() {
    return kernel;
  }
}
