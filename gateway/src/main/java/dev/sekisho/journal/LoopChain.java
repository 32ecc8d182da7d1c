package dev.sekisho.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The segments of one event loop, one after the other, with one of them open. Not thread-safe. */
final class LoopChain implements Closeable {
  private final Deque<SegmentFolder.Found> coming = new ArrayDeque<>();
  private final Consumer<Damage> damages;
  private @Nullable SegmentReader reader;

  LoopChain(Consumer<Damage> damages) {
    this.damages = damages;
  }

  /** A segment that comes after all that were added before. */
  void add(SegmentFolder.Found segment) {
    coming.add(segment);
  }

  /** The next record; null when there is none now. */
  @Nullable LoggedRecord next() throws IOException {
    while (true) {
      SegmentReader current = reader == null ? openNext() : reader;
      if (current == null) {
        return null;
      }
      reader = current;
      SegmentReader.Item item = current.next();
      if (item instanceof SegmentReader.Item.End) {
        if (!current.finished() && !nextHasBegun()) {
          return null;
        }
        // What was written between the last look and the roll.
        item = current.next();
      }
      switch (item) {
        case SegmentReader.Item.Entry entry -> {
          LoggedRecord record = LoggedRecord.parse(entry.payload());
          if (record != null) {
            return record;
          }
          damages.accept(
              new Damage(
                  current.file(),
                  entry.offset(),
                  entry.payload().length,
                  Damage.Kind.CORRUPT,
                  "the checksum is right, but this is no record"));
        }
        case SegmentReader.Item.Found found -> damages.accept(found.damage());
        case SegmentReader.Item.End _ -> {
          current.close();
          reader = null;
        }
      }
    }
  }

  private @Nullable SegmentReader openNext() throws IOException {
    SegmentFolder.Found found = coming.poll();
    while (found != null) {
      try {
        return open(found.file());
      } catch (NoSuchFileException _) {
        // deleted by retention, or given back unused, since the folder was listed
        found = coming.poll();
      }
    }
    return null;
  }

  private static SegmentReader open(Path file) throws IOException {
    SegmentFormat.Header header = SegmentFolder.header(file);
    if (header == null) {
      throw new NoSuchFileException(file.toString());
    }
    return new SegmentReader(file, header, SegmentReader.Extent.WRITTEN);
  }

  /**
   * Whether the loop has gone on in another segment: a next one is prepared long before it is used.
   */
  private boolean nextHasBegun() throws IOException {
    for (SegmentFolder.Found next : coming) {
      try (SegmentReader peek = open(next.file())) {
        if (peek.finished() || peek.next() instanceof SegmentReader.Item.Entry) {
          return true;
        }
      } catch (NoSuchFileException _) {
        // gone again
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }
}
