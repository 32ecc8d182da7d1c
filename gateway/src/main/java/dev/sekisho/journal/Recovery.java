package dev.sekisho.journal;

import static dev.sekisho.journal.SegmentFormat.ENTRY_HEADER;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start does with the segments of a process that died: exchanges that were opened and have
 * no end get one, state {@code interrupted}, in a segment of its own. A crash in the middle of this
 * does no harm: the segment appears whole or not at all, only then are the old ones marked as
 * settled, in order, and the new one last; until it is marked, the next start reads it too.
 *
 * <p>Only the ids of open records are held in memory, and where each stands.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  /** Where an opened record stands. */
  private record Place(Path file, long offset, int length) {}

  /** A segment of the dead process, and how much of it is used. */
  private record Old(Path file, long used, boolean whole) {}

  private final SegmentFolder folder;
  private final Reserve reserve;
  private final long nowMicros;
  private final Map<RecordId, Place> open = new LinkedHashMap<>();

  Recovery(SegmentFolder folder, Reserve reserve, long nowMicros) {
    this.folder = folder;
    this.reserve = reserve;
    this.nowMicros = nowMicros;
  }

  /** Returns how many exchanges were interrupted. */
  int run() throws IOException {
    List<Old> olds = new ArrayList<>();
    for (SegmentFolder.Found found : SegmentFolder.list(folder.path())) {
      if (!found.header().settled()) {
        olds.add(scan(found));
      }
    }
    int count = open.size();
    if (count > 0) {
      Path written = writeInterrupted();
      olds.add(new Old(written, Files.size(written), true));
      LOG.warn(
          "{} exchanges were under way when the process died; the journal says that they were interrupted.",
          count);
    }
    folder.forceNames();
    for (Old old : olds) {
      settle(old);
    }
    return count;
  }

  private Old scan(SegmentFolder.Found found) throws IOException {
    boolean whole = true;
    try (SegmentReader reader =
        new SegmentReader(found.file(), found.header(), SegmentReader.Extent.WHOLE)) {
      while (true) {
        switch (reader.next()) {
          case SegmentReader.Item.Entry entry -> note(found.file(), entry);
          case SegmentReader.Item.Found damaged -> {
            whole = false;
            LOG.warn("{}", damaged.damage());
          }
          case SegmentReader.Item.End _ -> {
            return new Old(found.file(), reader.position(), whole);
          }
        }
      }
    }
  }

  private void note(Path file, SegmentReader.Item.Entry entry) {
    RecordId id = idOf(entry.payload());
    if (id == null) {
      LOG.warn("{}: at byte {}: the record has no id", file, entry.offset());
      return;
    }
    switch (entry.type()) {
      case OPENED -> open.put(id, new Place(file, entry.offset(), entry.payload().length));
      case CLOSED, INTERRUPTED -> open.remove(id);
    }
  }

  /** The id stands at a fixed place. */
  static @Nullable RecordId idOf(byte[] payload) {
    int at = "{\"v\":1,\"id\":\"".length();
    return payload.length < at + 36
        ? null
        : RecordId.parse(new String(payload, at, 36, StandardCharsets.US_ASCII));
  }

  private Path writeInterrupted() throws IOException {
    try {
      return folder.create(SegmentFormat.RECOVERY_LOOP, nowMicros, this::fill);
    } catch (IOException e) {
      LOG.warn(
          "The interrupted exchanges could not be written ({}); using the reserve.",
          e.getMessage());
      reserve.release();
      return folder.create(SegmentFormat.RECOVERY_LOOP, nowMicros, this::fill);
    }
  }

  private void fill(Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                SegmentFolder.FILE_MODE))) {
      long at = SegmentFormat.HEADER;
      int number = 0;
      for (Place place : open.values()) {
        ByteBuffer entry = entry(interrupted(payload(place)), ++number);
        int length = entry.remaining();
        while (entry.hasRemaining()) {
          out.write(entry, at + length - entry.remaining());
        }
        at += length;
      }
      out.force(false);
    }
  }

  private static byte[] payload(Place place) throws IOException {
    try (FileChannel in = FileChannel.open(place.file, StandardOpenOption.READ)) {
      ByteBuffer payload = ByteBuffer.allocate(place.length);
      while (payload.hasRemaining()
          && in.read(payload, place.offset + ENTRY_HEADER + payload.position()) > 0) {
        // until it is whole
      }
      return payload.array();
    }
  }

  /**
   * The opened record with another state and an end: the time at which the restart found it. How
   * long it took is not known.
   */
  private byte[] interrupted(byte[] opened) {
    byte[] end = new byte[IsoTime.LENGTH];
    new IsoTime().write(nowMicros, end, 0);
    String json = new String(opened, StandardCharsets.UTF_8);
    int start = json.indexOf(",\"start\":\"");
    int after = json.indexOf('"', start + ",\"start\":\"".length()) + 1;
    String head =
        json.substring(0, after).replace("\"state\":\"opened\"", "\"state\":\"interrupted\"");
    String all =
        head
            + ",\"end\":\""
            + new String(end, StandardCharsets.US_ASCII)
            + "\""
            + json.substring(after);
    return all.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer entry(byte[] payload, int number) {
    int length = ENTRY_HEADER + payload.length;
    ByteBuffer entry =
        ByteBuffer.allocate(SegmentFormat.aligned(length)).order(ByteOrder.LITTLE_ENDIAN);
    entry
        .putInt(4, payload.length)
        .putInt(8, number)
        .put(12, SegmentFormat.Type.INTERRUPTED.code())
        .put(ENTRY_HEADER, payload);
    CRC32C crc = new CRC32C();
    crc.update(entry.array(), 4, length - 4);
    return entry.putInt(0, (int) crc.getValue());
  }

  /**
   * Whole segments lose the unused rest of their allocation; damaged ones are left as they are, for
   * whoever wants to look.
   */
  private void settle(Old old) throws IOException {
    if (old.whole && old.used == SegmentFormat.HEADER) {
      Files.delete(old.file);
      return;
    }
    if (old.whole) {
      SegmentFolder.finish(old.file, old.used, nowMicros);
    }
    SegmentFolder.settle(old.file);
  }
}
