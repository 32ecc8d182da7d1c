package dev.sekisho.scan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The remembered verdicts on disk: written whole and put in place by rename, now and then and at
 * the end. The file ends in the SHA-256 of all before it; one that is damaged is no file, never a
 * wrong verdict. Each verdict stands with the version of the engines that gave it.
 */
final class VerdictFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictFile.class);
  private static final byte[] MAGIC = {'S', 'K', 'V', 'E', 'R', 'D', 'C', 1};
  private static final int CHECKSUM = 32;
  private static final int CLEAN = 0;
  private static final int CLEAN_BUT = 1;
  private static final int INFECTED = 2;
  private static final Duration EVERY = Duration.ofMinutes(5);

  private final Path path;
  private @Nullable Thread writer;
  private Supplier<Map<VerdictKey, KnownVerdict>> content = Map::of;
  private Map<VerdictKey, KnownVerdict> written = Map.of();

  VerdictFile(Path path) {
    this.path = path;
  }

  /**
   * Reads what is there, and writes from now on.
   *
   * @param into told each verdict, the least used first
   * @param all what is to be written
   */
  void begin(
      BiConsumer<VerdictKey, KnownVerdict> into, Supplier<Map<VerdictKey, KnownVerdict>> all) {
    try {
      StateFiles.sweep(StateFiles.folderOf(path), "verdicts-*.new");
    } catch (IOException e) {
      LOG.warn("The folder of {} cannot be used ({}).", path, e.toString());
    }
    written = load();
    written.forEach(into);
    content = all;
    writer = Thread.ofVirtual().name("verdicts").start(this::writeNowAndThen);
  }

  /** What the file holds; nothing where there is none, or none that can be believed. */
  private Map<VerdictKey, KnownVerdict> load() {
    try {
      return parse(Files.readAllBytes(path));
    } catch (NoSuchFileException _) {
      return Map.of();
    } catch (IOException | IndexOutOfBoundsException e) {
      LOG.warn(
          "The remembered verdicts in {} are not used ({}); bodies are scanned again.",
          path,
          e.getMessage());
      return Map.of();
    }
  }

  private static Map<VerdictKey, KnownVerdict> parse(byte[] bytes) throws IOException {
    int length = bytes.length - CHECKSUM;
    if (length < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException("it is not such a file");
    }
    MessageDigest digest = Sha256.begin();
    digest.update(bytes, 0, length);
    if (!MessageDigest.isEqual(digest.digest(), Arrays.copyOfRange(bytes, length, bytes.length))) {
      throw new IOException("its checksum is another");
    }
    var in =
        new DataInputStream(new ByteArrayInputStream(bytes, MAGIC.length, length - MAGIC.length));
    List<String> versions = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      versions.add(in.readUTF());
    }
    Map<VerdictKey, KnownVerdict> verdicts = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      var key =
          new VerdictKey(
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readUTF());
      String version = versions.get(in.readInt());
      long millis = in.readLong();
      verdicts.put(key, new KnownVerdict(readVerdict(in), version, millis));
    }
    return verdicts;
  }

  private static Verdict readVerdict(DataInputStream in) throws IOException {
    int kind = in.readByte();
    String engine = in.readUTF();
    String text = in.readUTF();
    return switch (kind) {
      case CLEAN -> new Verdict.Clean(engine);
      case CLEAN_BUT -> new Verdict.Clean(engine, Optional.empty(), Optional.of(text));
      case INFECTED -> new Verdict.Infected(engine, text);
      default -> throw new IOException("it has a verdict of an unknown kind");
    };
  }

  private void writeNowAndThen() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        write();
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  private synchronized void write() {
    Map<VerdictKey, KnownVerdict> now = content.get();
    if (now.equals(written)) {
      return;
    }
    try {
      replace(bytes(now));
      written = now;
    } catch (IOException e) {
      LOG.warn("The remembered verdicts cannot be written to {} ({}).", path, e.toString());
    }
  }

  private static byte[] bytes(Map<VerdictKey, KnownVerdict> verdicts) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(MAGIC);
    var out = new DataOutputStream(bytes);
    List<String> versions =
        verdicts.values().stream().map(KnownVerdict::version).distinct().toList();
    out.writeInt(versions.size());
    for (String version : versions) {
      out.writeUTF(version);
    }
    out.writeInt(verdicts.size());
    for (Map.Entry<VerdictKey, KnownVerdict> entry : verdicts.entrySet()) {
      write(out, entry.getKey());
      out.writeInt(versions.indexOf(entry.getValue().version()));
      out.writeLong(entry.getValue().millis());
      write(out, entry.getValue().verdict());
    }
    bytes.writeBytes(Sha256.begin().digest(bytes.toByteArray()));
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, VerdictKey key) throws IOException {
    out.writeLong(key.a());
    out.writeLong(key.b());
    out.writeLong(key.c());
    out.writeLong(key.d());
    out.writeLong(key.length());
    out.writeUTF(key.coding());
  }

  private static void write(DataOutputStream out, Verdict verdict) throws IOException {
    switch (verdict) {
      case Verdict.Clean clean -> {
        out.writeByte(clean.caveat().isPresent() ? CLEAN_BUT : CLEAN);
        out.writeUTF(clean.engine());
        out.writeUTF(clean.caveat().orElse(""));
      }
      case Verdict.Infected infected -> {
        out.writeByte(INFECTED);
        out.writeUTF(infected.engine());
        out.writeUTF(infected.name());
      }
      case Verdict.Unscanned _ -> throw new IllegalStateException("it is never remembered");
    }
  }

  private void replace(byte[] bytes) throws IOException {
    // createTempFile makes it 0600
    Path fresh = Files.createTempFile(StateFiles.folderOf(path), "verdicts-", ".new");
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
          channel.write(all);
        }
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.interrupt();
    }
    write();
  }
}
